// A reply's body as a stream of bytes that is read without waiting.

import { NotAResponse, failureOf } from './failure.ts';
import type { FetchBody, FetchReader } from './fetch.ts';
import { Wakers, type Waitable } from './wait.ts';

/** Bytes that are read before anybody asks for them. The rest of a body waits in the connection until then. */
const READ_AHEAD = 256 * 1024;

/** The same where every wait of the component runs its call again. */
const READ_AHEAD_WHOLE = 4 * 1024 * 1024;

/** The body of one reply. */
export class ReplyBody implements Waitable {
  readonly #wakers = new Wakers();
  readonly #reader: FetchReader | null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #betweenBytesMs: number | null = null;
  #heard = 0;
  readonly #whole: boolean;
  readonly #refuse: (problem: NotAResponse) => void;
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
  ) {
    this.#whole = whole;
    this.#refuse = refuse;
    this.#reader = body?.getReader() ?? null;
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
    return this.settled || (this.#buffered > 0 && !this.#whole);
  }

  watch(wake: () => void): () => void {
    return this.#wakers.watch(wake);
  }

  /** Some bytes, none when they have still to come, or why there are no more. */
  take(most: number): Uint8Array | { readonly failed: string } | 'closed' {
    const first = this.ready() ? this.#chunks[0] : undefined;
    if (first !== undefined) {
      const taken = first.length <= most ? first : first.subarray(0, most);
      if (taken === first) this.#chunks.shift();
      else this.#chunks[0] = first.subarray(most);
      this.#buffered -= taken.length;
      void this.#read();
      return taken;
    }
    if (this.#state === 'open') return new Uint8Array(0);
    return this.#state === 'closed' ? 'closed' : { failed: this.#problem };
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
    this.#reader?.cancel().catch(() => {});
  }

  async #read(): Promise<void> {
    if (this.#reading || this.settled || this.#reader === null) return;
    this.#reading = true;
    try {
      while (!this.settled) {
        const { done, value } = await this.#reader.read();
        if (this.#state !== 'open') break;
        if (done) {
          this.#end('closed');
        } else {
          const bytes = bytesOf(value);
          if (bytes.length === 0) continue;
          this.#chunks.push(bytes);
          this.#buffered += bytes.length;
          if (this.#timer !== undefined) this.#heard = performance.now();
        }
        this.#wakers.wake();
      }
    } catch (error) {
      if (error instanceof NotAResponse) this.#refuse(error);
      if (this.#state === 'open') this.#fail(failureOf(error).code.tag);
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
      this.#reader?.cancel().catch(() => {});
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

/** A piece of a body. In a virtual machine of Node, which Jest and the edge runtime are, it is one of another realm. */
function bytesOf(piece: unknown): Uint8Array {
  if (piece instanceof Uint8Array) return piece;
  if (!ArrayBuffer.isView(piece)) throw new NotAResponse('fetch has given a Response whose body is not one of bytes');
  return new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength);
}
