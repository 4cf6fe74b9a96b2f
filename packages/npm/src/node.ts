// What sends requests in Node over `node:http` and `node:https`. Node's own `fetch` needs three times as much processor time for
// a request, and it takes neither certificates of one's own nor a proxy without another package.

import { Agent as HttpAgent, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';

import { anything, record } from './binding/abi.ts';
import { refuse } from './check/refuse.ts';
import { check, kindOf, type Problem } from './check/walk.ts';
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
  readonly httpAgent?: NodeAgent | undefined;
  /** Connections for `https:`, with a client's key or a proxy of one's own, for instance. Default: as for `http:`, with the
   * authorities that Node trusts and those of `extraCa`. */
  readonly httpsAgent?: NodeAgent | undefined;
  /** Certificates of authorities that are trusted beside those of Node, in PEM: what is in their files, not where these are.
   * Not together with `httpsAgent`, which says itself whom it trusts. */
  readonly extraCa?: string | readonly string[] | undefined;
}

const OPTIONS = record([
  ['httpAgent', anything],
  ['httpsAgent', anything],
  ['extraCa', anything],
]);

/** A server may close a connection that nobody uses for five seconds; one second is for the way. */
const KEPT = { keepAlive: true, scheduling: 'lifo', timeout: 4_000 } as const;

/** Makes the `fetch` of a provider: `new DaytonaSandboxProvider({ fetch: nodeFetch(), … })`. It speaks HTTP/1.1, follows no redirect,
 * and leaves replies as they are: the component asks for nothing compressed. Throws a `SandboxError` with the code `invalid-config`
 * for options that are wrong. */
export function nodeFetch(options?: NodeFetchOptions): Fetch {
  const { httpAgent, httpsAgent, extraCa } = checked(options);
  const http = httpAgent ?? new HttpAgent(KEPT);
  const https = httpsAgent ?? new HttpsAgent(extraCa == null ? KEPT : { ...KEPT, secureContext: trusting(extraCa) });
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
      request.on('close', () => signal.removeEventListener('abort', abort));
      request.on('error', reject);
      request.on('response', (message) => resolve(new NodeReply(message)));
      request.end(body);
    });
  return Object.assign(send, { standard: false as const });
}

Object.defineProperty(nodeFetch, MAKES_FETCH, { value: true });

function checked(options: NodeFetchOptions | undefined): NodeFetchOptions {
  const problems: Problem[] = [];
  check(OPTIONS, options ?? {}, 'options', problems);
  refuse('invalid-config', problems);
  const { httpAgent, httpsAgent, extraCa } = options ?? {};
  const wrong = (path: string, expected: string, value: unknown): void =>
    void problems.push({ path, rule: 'wrong-type', message: `${path} has to be ${expected}, not ${kindOf(value)}` });
  for (const [name, agent] of Object.entries({ http: httpAgent, https: httpsAgent })) {
    if (agent == null || typeof (agent as { addRequest?: unknown }).addRequest === 'function') continue;
    wrong(`options.${name}Agent`, `an Agent of node:${name}`, agent);
  }
  const certificates: readonly unknown[] = extraCa == null ? [] : [extraCa].flat();
  for (const certificate of certificates) {
    if (typeof certificate !== 'string') wrong('options.extraCa', 'text, or a list of texts', certificate);
    else {
      const problem = problemOfCertificates(certificate);
      if (problem !== null) problems.push({ path: 'options.extraCa', rule: 'not-pem', message: `options.extraCa ${problem}` });
    }
  }
  if (extraCa != null && httpsAgent != null) {
    const message = 'options.extraCa has no effect beside options.httpsAgent; give the certificates to that agent as ca';
    problems.push({ path: 'options.extraCa', rule: 'conflicting-option', message });
  }
  refuse('invalid-config', problems);
  return options ?? {};
}
