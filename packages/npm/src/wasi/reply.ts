// A reply's body as a stream of bytes that is read without waiting.

import { isPromise } from '../check/kind.ts';
import { asNotAResponse, failureOf, NotAResponse } from './failure.ts';
import type { FetchBody, FetchReader } from './fetch.ts';
import { Wakers, type Waitable } from './wait.ts';

/** Bytes that are read before anybody asks for them. The rest of a body waits in the connection until then. */
const READ_AHEAD = 256 * 1024;

/** The same where every wait of the component runs its call again. */
const READ_AHEAD_WHOLE = 4 * 1024 * 1024;

/** Pieces without a byte in them after which others in the process get their turn. */
const EMPTY_PIECES = 16;

/** The body of one reply. */
export class ReplyBody implements Waitable {
  readonly #wakers = new Wakers();
  readonly #reader: FetchReader | null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #betweenBytesMs: number | null = null;
  #heard = 0;
  readonly #whole: boolean;
  readonly #refuse: (problem: NotAResponse) => void;
  readonly #named: (engine: string) => void;
  /** Whether as much is here as is read ahead of a whole body, or was and is not yet taken. Else each piece would be waited for. */
  #isFull = false;
  #chunks: Uint8Array[] = [];
  #buffered = 0;
  #state: 'open' | 'closed' | 'failed' = 'open';
  #reading = false;
  #problem = '';

  /** `whole`: nothing is ready before all of it is there, or as much as is read ahead. */
  constructor(
    body: FetchBody | null,
    betweenBytesMs: number | null,
    whole: boolean,
    refuse: (problem: NotAResponse) => void,
    /** Hears what the engine calls a failure. */
    named: (engine: string) => void,
  ) {
    this.#whole = whole;
    this.#refuse = refuse;
    this.#named = named;
    this.#reader = body === null ? null : readerOf(body);
    if (this.#reader === null) {
      this.#state = 'closed';
      return;
    }
    this.#betweenBytesMs = betweenBytesMs;
    void this.#read();
  }

  /** Whether nothing more will come, or as much is here as is read ahead. */
  get settled(): boolean {
    return this.#state !== 'open' || this.#buffered >= (this.#whole ? READ_AHEAD_WHOLE : READ_AHEAD);
  }

  ready(): boolean {
    return this.settled || (this.#buffered > 0 && (!this.#whole || this.#isFull));
  }

  watch(wake: () => void): () => void {
    return this.#wakers.watch(wake);
  }

  /** Some bytes, none when they have still to come, or why there are no more. */
  take(most: number): Uint8Array | { readonly failed: string } | 'closed' {
    if (this.#buffered > 0 && this.ready()) {
      const taken = this.#taken(most);
      if (this.#buffered === 0) this.#isFull = false;
      if (!this.#isFull) void this.#read();
      return taken;
    }
    if (this.#state === 'open') return new Uint8Array(0);
    return this.#state === 'closed' ? 'closed' : { failed: this.#problem };
  }

  /** The first bytes, of as many pieces as there is room for: some engines give them a few at a time. */
  #taken(most: number): Uint8Array {
    const first = this.#chunks[0]!;
    if (first.length >= most || this.#chunks.length === 1) {
      const taken = first.length <= most ? first : first.subarray(0, most);
      if (taken === first) this.#chunks.shift();
      else this.#chunks[0] = first.subarray(most);
      this.#buffered -= taken.length;
      return taken;
    }
    let [count, length] = [0, 0];
    while (count < this.#chunks.length && length + this.#chunks[count]!.length <= most) {
      length += this.#chunks[count]!.length;
      count += 1;
    }
    const taken = new Uint8Array(length);
    let at = 0;
    for (const chunk of this.#chunks.splice(0, count)) {
      taken.set(chunk, at);
      at += chunk.length;
    }
    this.#buffered -= length;
    return taken;
  }

  /** Ends the body when nothing comes for too long. Called when it did not come together with the headers, as most do. */
  guard(): void {
    if (this.#state !== 'open' || this.#betweenBytesMs === null) return;
    this.#heard = performance.now();
    this.#guard(this.#betweenBytesMs);
  }

  /** Nobody wants the rest. */
  cancel(): void {
    if (this.#state !== 'open') return;
    this.#end('closed');
    stop(this.#reader);
  }

  async #read(): Promise<void> {
    if (this.#reading || this.settled || this.#reader === null) return;
    this.#reading = true;
    let empty = 0;
    try {
      while (!this.settled) {
        const step = await this.#reader.read();
        if (this.#state !== 'open') break;
        if (typeof step !== 'object' || step === null) throw new NotAResponse('fetch has given a Response whose body cannot be read');
        const { done, value } = step;
        if (done) {
          this.#end('closed');
        } else {
          const bytes = bytesOf(value);
          if (bytes.length === 0) {
            // They come without a turn of the event loop in between, so nothing would ever end them.
            if ((empty += 1) % EMPTY_PIECES === 0) await new Promise((resolve) => setTimeout(resolve, 0));
            continue;
          }
          this.#chunks.push(bytes);
          this.#buffered += bytes.length;
          this.#isFull = this.#whole && this.settled;
          if (this.#timer !== undefined) this.#heard = performance.now();
        }
        this.#wakers.wake();
      }
    } catch (error) {
      const problem = asNotAResponse(error);
      if (problem !== null) this.#refuse(problem);
      if (this.#state === 'open') {
        const { code, engine } = failureOf(error);
        if (engine !== null) this.#named(engine);
        this.#fail(code.tag);
      }
    } finally {
      this.#reading = false;
    }
  }

  #guard(limit: number): void {
    this.#timer = setTimeout(() => {
      const left = this.#heard + limit - performance.now();
      if (this.#state !== 'open') return;
      // While nobody reads, nothing is waited for.
      if (left > 1 || !this.#reading) return this.#guard(Math.max(left, limit / 4));
      this.#fail('connection-read-timeout');
      stop(this.#reader);
    }, limit);
  }

  #end(state: 'closed' | 'failed'): void {
    this.#state = state;
    clearTimeout(this.#timer);
  }

  #fail(problem: string): void {
    this.#end('failed');
    this.#problem = problem;
    this.#wakers.wake();
  }
}

/** Who reads a body. */
function readerOf(body: FetchBody): FetchReader {
  const reader: Partial<FetchReader> | undefined = body.getReader();
  if (typeof reader?.read === 'function') return reader as FetchReader;
  throw new NotAResponse('fetch has given a Response whose body has no reader');
}

/** Ends what gives a body. What that throws is of no interest any more. */
export function stop(body: { cancel(): unknown } | null): void {
  try {
    const ended = body?.cancel();
    if (isPromise(ended)) (ended as Promise<unknown>).then(undefined, () => {});
  } catch {}
}

/** A piece of a body. In a virtual machine of Node, which Jest and the edge runtime are, it is one of another realm. */
function bytesOf(piece: unknown): Uint8Array {
  if (piece instanceof Uint8Array) return piece;
  if (!ArrayBuffer.isView(piece)) throw new NotAResponse('fetch has given a Response whose body is not one of bytes');
  return new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength);
}
