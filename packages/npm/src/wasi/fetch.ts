// What sends requests: the engine's `fetch`, or a function that takes and gives the part of it that the provider uses.

import { kindOf } from '../check/kind.ts';
import { NotAResponse } from './failure.ts';

/** Bytes that `fetch` takes. Older compilers of TypeScript know no kinds of `Uint8Array`, and newer ones want to know which. */
type Bytes = ReturnType<InstanceType<typeof TextEncoder>['encode']>;

/** What a function that sends requests is told: the part of `fetch`'s own that the provider uses. */
export interface FetchInit {
  readonly method: string;
  /** Names in lower case. */
  readonly headers: Record<string, string>;
  /** Where a redirect leads to is not asked: the key would go there as well. */
  readonly redirect: 'manual';
  readonly signal: AbortSignal;
  readonly cache?: 'no-store';
  /** The whole body, of which the length is known. None: there is no body. */
  readonly body?: Bytes;
}

/** What such a function gives: the part of a `Response` that the provider uses. */
export interface FetchReply {
  readonly status: number;
  readonly type?: string;
  readonly headers: FetchHeaders;
  readonly body: FetchBody | null;
}

export interface FetchHeaders {
  get(name: string): string | null;
  forEach(act: (value: string, name: string) => void): void;
}

export interface FetchBody {
  readonly locked?: boolean;
  getReader(): FetchReader;
}

export interface FetchReader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
  cancel(): Promise<unknown>;
}

/** Marks a function that makes what sends requests and is easily taken for it. */
export const MAKES_FETCH = Symbol.for('daytona-sandbox-provider.makes-fetch');

/** Sends one request: `fetch`, or anything that takes and gives as much of it. */
export interface Fetch {
  (url: string, init: FetchInit): Promise<FetchReply>;
  /** False: it is no engine's `fetch`, so it has no cache to be kept out of, refuses no port and decodes no body. */
  readonly standard?: false;
}

/** Whether a function behaves as the Fetch standard says, which is so of all that do not say otherwise. */
export const isStandard = (fetch: Fetch | null | undefined): boolean => fetch?.standard !== false;

/** What a response has instead of a status, where the engine hides that. */
const WITHOUT_STATUS: readonly unknown[] = ['error', 'opaqueredirect'];

/** Throws unless something is a response of the Fetch standard to this very request, whose body nobody has read. */
export function checkResponse(response: unknown): void {
  const { status, type, headers, body, redirected } = (response ?? {}) as Partial<FetchReply> & { readonly redirected?: unknown };
  const hasStatus = (Number.isInteger(status) && status! >= 100 && status! <= 999) || WITHOUT_STATUS.includes(type);
  if (!hasStatus || typeof headers?.get !== 'function' || (body != null && typeof body.getReader !== 'function')) {
    const what = typeof response === 'object' && response !== null ? 'something else' : kindOf(response);
    throw new NotAResponse(`fetch has to give a Response of the Fetch standard, with a status, Headers and a ReadableStream or null as its body, not ${what}`);
  }
  if (redirected === true) {
    throw new NotAResponse("fetch has followed a redirect, which it was told not to by redirect: 'manual'; the key went there as well");
  }
  if (body?.locked === true) throw new NotAResponse('fetch has given a Response whose body is read elsewhere; give a clone of it');
}

let cacheIsKnown: boolean | null = null;

/** Whether the engine takes the wish that nothing be answered from a cache. Some frameworks cache every GET otherwise, and
 * a state of the past is worse than none; an engine without a cache may refuse the wish itself. */
export function knowsCache(): boolean {
  if (cacheIsKnown === null) {
    try {
      cacheIsKnown = new Request('http://localhost/', { cache: 'no-store' }) !== null;
    } catch {
      cacheIsKnown = false;
    }
  }
  return cacheIsKnown;
}
