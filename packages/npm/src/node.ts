// What sends requests in Node over `node:http` and `node:https`. Node's own `fetch` needs three times as much processor time for
// a request, and it takes neither certificates of one's own nor a proxy without another package.

import { Agent as HttpAgent, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';

import { record } from './binding/abi.ts';
import { own } from './check/own.ts';
import { Problems } from './check/problems.ts';
import { refuse } from './check/refuse.ts';
import { read, wrong } from './check/read.ts';
import { problemOfCertificates, trusting } from './node/authorities.ts';
import { NodeReply } from './node/reply.ts';
import { MAKES_FETCH, type Fetch, type FetchInit } from './wasi/fetch.ts';

export type { Fetch, FetchBody, FetchHeaders, FetchInit, FetchReader, FetchReply } from './wasi/fetch.ts';

/** An `Agent` of `node:http` or `node:https`. */
export interface NodeAgent {
  readonly maxSockets: number;
  destroy(): void;
}

export interface NodeFetchOptions {
  /** Connections for `http:`. Default: kept for four seconds after their last request. */
  readonly httpAgent?: NodeAgent | null | undefined;
  /** Connections for `https:`, with a client's key or a proxy of one's own, for instance. Default: as for `http:`, with the
   * authorities that Node trusts and those of `extraCa`. */
  readonly httpsAgent?: NodeAgent | null | undefined;
  /** Certificates of authorities that are trusted beside those of Node, in PEM: what is in their files, not where these are.
   * Not together with `httpsAgent`, which says itself whom it trusts. */
  readonly extraCa?: string | readonly string[] | null | undefined;
}

/** An agent for one scheme. One of `node:https` cannot do without TLS, and one of `node:http` knows none. */
const anAgent = (scheme: 'http' | 'https') =>
  own((value, path, problems) => {
    const isOne = typeof (value as { addRequest?: unknown }).addRequest === 'function';
    const other = scheme === 'http' ? value instanceof HttpsAgent : Object.getPrototypeOf(value) === HttpAgent.prototype;
    return isOne && !other ? value : wrong(`an Agent of node:${scheme}`, value, path, problems);
  });

/** Certificates in PEM, in one text or in several. */
const certificates = own((value, path, problems) => {
  const pem = (given: unknown, at: string): unknown => {
    const problem = typeof given === 'string' ? problemOfCertificates(given) : null;
    if (problem !== null) problems.add(at, 'not-pem', problem);
    return typeof given === 'string' ? given : wrong('text, or a list of texts', given, at, problems);
  };
  return Array.isArray(value) ? Array.from(value, (given, index) => pem(given, `${path}[${index}]`)) : pem(value, path);
});

const OPTIONS = record([
  ['httpAgent', anAgent('http')],
  ['httpsAgent', anAgent('https')],
  ['extraCa', certificates],
]);

interface GivenOptions {
  readonly httpAgent: HttpAgent | null;
  readonly httpsAgent: HttpsAgent | null;
  readonly extraCa: string | readonly string[] | null;
}

/** A server may close a connection that nobody uses for five seconds; one second is for the way. */
const KEPT = { keepAlive: true, scheduling: 'lifo', timeout: 4_000 } as const;

/** Makes the `fetch` of a provider: `new DaytonaSandboxProvider({ fetch: nodeFetch(), … })`. It speaks HTTP/1.1, follows no redirect,
 * and leaves replies as they are: the component asks for nothing compressed. Throws a `SandboxError` with the code `invalid-config`
 * for options that are wrong. */
export function nodeFetch(options?: NodeFetchOptions): Fetch {
  const { httpAgent, httpsAgent, extraCa } = checked(options);
  const http = httpAgent ?? new HttpAgent(KEPT);
  const https = httpsAgent ?? new HttpsAgent(extraCa === null ? KEPT : { ...KEPT, secureContext: trusting(extraCa) });
  const send = (url: string, init: FetchInit): Promise<NodeReply> =>
    new Promise((resolve, reject) => {
      const { method, headers, body, signal } = init;
      if (signal.aborted) return reject(signal.reason);
      // Of a body without a length Node says none, where the method is one that mostly has no body.
      const sent = body === undefined ? headers : { ...headers, 'content-length': String(body.length) };
      const how = { method, headers: sent, agent: http };
      const request = url.startsWith('https:') ? requestHttps(url, { ...how, agent: https }) : requestHttp(url, how);
      const abort = (): void => void request.destroy(signal.reason);
      signal.addEventListener('abort', abort, { once: true });
      request.on('close', () => {
        signal.removeEventListener('abort', abort);
        // After a reply there is nothing to reject any more. Without one it was the server that went another way, as with a 101.
        reject(Object.assign(new Error('the connection ended without a reply'), { code: 'ECONNRESET' }));
      });
      request.on('error', reject);
      request.on('response', (message) => resolve(new NodeReply(message)));
      request.end(body);
    });
  return Object.assign(send, { standard: false as const });
}

Object.defineProperty(nodeFetch, MAKES_FETCH, { value: true });

function checked(options: NodeFetchOptions | undefined): GivenOptions {
  const problems = new Problems();
  const given = read(OPTIONS, options === undefined ? {} : options, 'options', problems) as GivenOptions;
  if (given?.extraCa != null && given.httpsAgent !== null) {
    const what = 'has no effect beside options.httpsAgent; give the certificates to that agent as ca';
    problems.add('options.extraCa', 'conflicting-option', what);
  }
  refuse('invalid-config', problems);
  return given;
}
