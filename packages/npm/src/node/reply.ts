// A reply of `node:http` as the provider reads it.

import type { IncomingMessage } from 'node:http';

import type { FetchBody, FetchHeaders, FetchReader, FetchReply } from '../wasi/fetch.ts';

/** Bytes that are held while nobody reads; the rest waits in the connection. */
const HELD = 64 * 1024;

export class NodeReply implements FetchReply {
  readonly status: number;
  readonly headers: FetchHeaders;
  readonly body: FetchBody;

  constructor(message: IncomingMessage) {
    this.status = message.statusCode ?? 0;
    this.headers = new NodeHeaders(message.rawHeaders);
    const reader = new NodeReader(message);
    this.body = { getReader: () => reader };
  }
}

/** Names and values by turns, as they came. */
class NodeHeaders implements FetchHeaders {
  readonly #raw: readonly string[];

  constructor(raw: readonly string[]) {
    this.#raw = raw;
  }

  get(name: string): string | null {
    const wanted = name.toLowerCase();
    let found: string | null = null;
    this.forEach((value, known) => {
      if (known.toLowerCase() === wanted) found = found === null ? value : `${found}, ${value}`;
    });
    return found;
  }

  forEach(act: (value: string, name: string) => void): void {
    for (let at = 0; at + 1 < this.#raw.length; at += 2) act(this.#raw[at + 1]!, this.#raw[at]!);
  }
}

type Piece = { readonly done: false; readonly value: Uint8Array } | { readonly done: true; readonly value: undefined };

const END: Piece = { done: true, value: undefined };

/** Reads a body piece by piece. */
class NodeReader implements FetchReader {
  readonly #message: IncomingMessage;
  readonly #pieces: Uint8Array[] = [];
  #held = 0;
  #paused = false;
  #ended = false;
  #failure: unknown = null;
  #waiting: { readonly resolve: (piece: Piece) => void; readonly reject: (reason: unknown) => void } | null = null;

  constructor(message: IncomingMessage) {
    this.#message = message;
    message.on('data', (piece) => {
      this.#pieces.push(piece);
      this.#held += piece.length;
      this.#serve();
      if (this.#held < HELD) return;
      this.#paused = true;
      message.pause();
    });
    message.on('end', () => {
      this.#ended = true;
      this.#serve();
    });
    message.on('error', (problem) => this.#fail(problem));
    // A connection that ends before its reply does.
    message.on('close', () => {
      if (!this.#ended) this.#fail(Object.assign(new Error('the connection was closed before the reply ended'), { code: 'ECONNRESET' }));
    });
  }

  read(): Promise<Piece> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#serve();
      if (!this.#paused || this.#held >= HELD) return;
      this.#paused = false;
      this.#message.resume();
    });
  }

  cancel(): Promise<void> {
    if (!this.#ended) this.#message.destroy();
    return Promise.resolve();
  }

  #fail(problem: unknown): void {
    if (this.#ended || this.#failure !== null) return;
    this.#failure = problem ?? new Error('the reply failed');
    this.#serve();
  }

  /** Gives whoever waits what is there. */
  #serve(): void {
    const waiting = this.#waiting;
    if (waiting === null) return;
    const piece = this.#pieces.shift();
    if (piece === undefined && !this.#ended && this.#failure === null) return;
    this.#waiting = null;
    if (piece !== undefined) {
      this.#held -= piece.length;
      waiting.resolve({ done: false, value: piece });
    } else if (this.#ended) waiting.resolve(END);
    else waiting.reject(this.#failure);
  }
}
