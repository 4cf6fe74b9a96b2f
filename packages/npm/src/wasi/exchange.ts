// One exchange over fetch, from a request that is complete to a reply or a failure.

import type { Case } from '../binding/abi.ts';
import { NotAResponse, asNotAResponse, failureOf } from './failure.ts';
import { checkResponse, knowsCache, type Fetch, type FetchInit, type FetchReply } from './fetch.ts';
import { OwnFields, ReplyFields, type Entry, type Fields } from './fields.ts';
import { ReplyBody, stop } from './reply.ts';
import { Wakers, type Waitable } from './wait.ts';

/** What is sent. */
export interface Outgoing {
  readonly method: string;
  /** Scheme, host and port. */
  readonly origin: string;
  /** Path and query, from the first slash on. */
  readonly path: string;
  readonly headers: readonly Entry[];
}

/** A reply whose headers are there. */
export interface Incoming {
  readonly status: number;
  readonly headers: Fields;
  readonly body: ReplyBody;
}

/** What the caller of a provider learns about a request. Never a header, a body or a query. */
export interface RequestEvent {
  readonly type: 'request';
  readonly method: string;
  /** Without the query. */
  readonly url: string;
  /** Absent when there was no reply. */
  readonly status: number | null;
  /** Why there was none: a code of `wasi:http`, or `aborted` where the call ended before. */
  readonly failure: string | null;
  /** From the sending to the headers of the reply, in milliseconds. */
  readonly durationMs: number;
}

/** Time limits of one exchange, in milliseconds. */
export interface Limits {
  firstByteMs: number | null;
  betweenBytesMs: number | null;
}

/** The component has a timer of its own for each limit. It shall be the one that ends first, because it knows more. */
const GRACE_MS = 100;

/** How long the headers of a reply are held back for the body that mostly comes with them, in milliseconds. Every wait of
 * the component costs, and where the engine cannot suspend it the whole call runs again. */
const HOLD_MS = 20;

/** An exchange that has begun. Ready when there is a reply or a failure. */
export class Exchange implements Waitable {
  readonly #wakers = new Wakers();
  readonly #abort = new AbortController();
  #outcome: { readonly reply: Incoming } | { readonly failure: Case } | null = null;
  #begun = false;
  #isCancelled = false;
  #isTold = false;
  #start = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #body: ReplyBody | null = null;

  constructor(
    readonly outgoing: Outgoing,
    readonly limits: Limits,
    readonly fetch: Fetch,
    /** Whether that is an engine's own, with a cache and a decoder of its own. */
    readonly standard: boolean,
    readonly whole: boolean,
    /** Nobody may want to know. */
    readonly report: ((event: RequestEvent) => void) | null,
    /** Hears what the engine calls a failure. */
    readonly named: (engine: string) => void,
    /** Ends the whole call: what fetch gives is not what fetch has to give. */
    readonly refuse: (problem: NotAResponse) => void,
  ) {}

  get outcome(): { readonly reply: Incoming } | { readonly failure: Case } | null {
    return this.#outcome;
  }

  ready(): boolean {
    return this.#outcome !== null;
  }

  watch(wake: () => void): () => void {
    return this.#wakers.watch(wake);
  }

  /** Nothing is sent; that is how it ends. */
  fail(failure: Case): void {
    if (this.#outcome === null) {
      this.#outcome = { failure };
      this.#wakers.wake();
    }
  }

  /** Nobody waits for the outcome any more. */
  cancel(): void {
    if (this.#outcome !== null) {
      if ('reply' in this.#outcome) this.#outcome.reply.body.cancel();
      return;
    }
    this.#isCancelled = true;
    clearTimeout(this.#timer);
    this.#abort.abort();
    this.#body?.cancel();
    if (this.#begun) this.#tell(null, 'aborted');
  }

  /** Sends the request. */
  begin(body: Uint8Array): void {
    if (this.#begun || this.#outcome !== null || this.#isCancelled) return;
    this.#begun = true;
    void this.#run(body);
  }

  async #run(body: Uint8Array): Promise<void> {
    if (this.report !== null) this.#start = performance.now();
    const { origin, path } = this.outgoing;
    let late = false;
    if (this.limits.firstByteMs !== null) {
      this.#timer = setTimeout(() => {
        late = true;
        this.#abort.abort();
      }, this.limits.firstByteMs + GRACE_MS);
    }
    try {
      const response = await this.fetch(origin + path, this.#init(body));
      // One that does not listen to its signal may answer nobody.
      if (this.#isCancelled) return discard(response);
      const reply = this.#reply(response);
      this.#body = reply.body;
      this.#tell(reply.status, null);
      if (!reply.body.settled) await this.#hold(reply.body);
      if (this.#isCancelled) return;
      reply.body.guard();
      this.#outcome ??= { reply };
    } catch (error) {
      const problem = asNotAResponse(error);
      if (problem !== null) this.refuse(problem);
      const { code, engine } = late ? { code: { tag: 'connection-read-timeout' }, engine: null } : failureOf(error);
      if (!this.#isCancelled) {
        if (engine !== null) this.named(engine);
        this.#tell(null, code.tag);
      }
      this.#outcome ??= { failure: code };
    } finally {
      clearTimeout(this.#timer);
      this.#wakers.wake();
    }
  }

  /** Tells of the request, once. */
  #tell(status: number | null, failure: string | null): void {
    if (this.report === null || this.#isTold) return;
    this.#isTold = true;
    const { method, origin, path } = this.outgoing;
    const url = origin + (path.split('?', 1)[0] ?? '');
    this.report({ type: 'request', method, url, status, failure, durationMs: performance.now() - this.#start });
  }

  #init(body: Uint8Array): FetchInit {
    const { method, headers } = this.outgoing;
    const init: Writable<FetchInit> = { method, headers: headersOf(headers), redirect: 'manual', signal: this.#abort.signal };
    if (this.standard && knowsCache()) init.cache = 'no-store';
    if (body.length > 0) init.body = body as NonNullable<FetchInit['body']>;
    return init;
  }

  #reply(response: FetchReply): Incoming {
    try {
      checkResponse(response);
      if (response.type !== 'error') return this.#incoming(response);
    } catch (error) {
      throw asNotAResponse(error) ?? new NotAResponse('fetch has given a Response that cannot be read');
    }
    throw new TypeError('fetch failed');
  }

  #incoming(response: FetchReply): Incoming {
    const { betweenBytesMs } = this.limits;
    const body = new ReplyBody(response.body, betweenBytesMs === null ? null : betweenBytesMs + GRACE_MS, this.whole, this.refuse, this.named);
    // Browsers hide where a redirect leads to, and that it is one, behind a status of 0.
    if (response.type === 'opaqueredirect') return { status: 302, headers: new OwnFields([]), body };
    // What fetch has decoded no longer has the length that was announced.
    const decoded = this.standard && response.headers.get('content-encoding') != null;
    const hidden = decoded ? DESCRIBES_ENCODED : NOTHING;
    return { status: response.status, headers: new ReplyFields(response.headers, hidden), body };
  }

  /** Waits a moment for the rest of a reply. */
  #hold(body: ReplyBody): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        unwatch();
        resolve();
      };
      const timer = setTimeout(done, HOLD_MS);
      const unwatch = body.watch(() => body.settled && done());
    });
  }
}

/** Ends a reply that comes when nobody waits for it any more. */
function discard(response: FetchReply | undefined): void {
  try {
    stop(response?.body?.getReader() ?? null);
  } catch {}
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Header fields as one object: engines take lists as well, at twice the cost. */
function headersOf(entries: readonly Entry[]): Record<string, string> {
  const named = new Map<string, string>();
  for (const [name, value] of entries) {
    const lower = name.toLowerCase();
    // Who sends counts the bytes, and some refuse a length that is given.
    if (lower === LENGTH) continue;
    const before = named.get(lower);
    named.set(lower, before === undefined ? value : `${before}, ${value}`);
  }
  // Not by assignment: a name may be `__proto__`.
  return Object.fromEntries(named);
}

const LENGTH = 'content-length';
const DESCRIBES_ENCODED: ReadonlySet<string> = new Set(['content-encoding', 'content-length']);
const NOTHING: ReadonlySet<string> = new Set();
