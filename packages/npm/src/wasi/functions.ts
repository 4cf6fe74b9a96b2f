// The functions that the component may import, each as values in and a value out. Nothing else can be reached from inside.
// `poll` is not here: it alone waits, so how it does depends on the engine.

import type { Case } from '../binding/abi.ts';
import { Exchange, type Incoming, type Limits } from './exchange.ts';
import { isStandard } from './fetch.ts';
import { Fields, OwnFields, problemOf, type Entry } from './fields.ts';
import type { Invocation } from './invocation.ts';
import { isBlocked } from './ports.ts';
import { ReplyBody } from './reply.ts';

/** Most bytes of one request. Daytona takes a tenth of a megabyte. */
const MAX_REQUEST = 8 * 1024 * 1024;

/** Bytes that one write may have. */
const PERMIT = 64n * 1024n;

const OK: Case = { tag: 'ok' };
const ok = (val: unknown): Case => ({ tag: 'ok', val });
const err = (val?: unknown): Case => ({ tag: 'err', val });

class OutgoingRequest {
  method = 'GET';
  scheme: string | null = null;
  authority: string | null = null;
  path: string | null = null;
  body: OutgoingBody | null = null;
  constructor(readonly headers: Fields) {}
}

class OutgoingBody {
  readonly chunks: Uint8Array[] = [];
  size = 0;
  writing = false;
  exchange: Exchange | null = null;
  constructor(readonly announced: number | null) {}
}

class OutputStream {
  constructor(readonly body: OutgoingBody) {}
}

class RequestOptions {
  readonly limits: Limits = { firstByteMs: null, betweenBytesMs: null };
}

class FutureResponse {
  taken = false;
  constructor(readonly exchange: Exchange) {}
}

class IncomingResponse {
  consumed = false;
  constructor(readonly incoming: Incoming) {}
}

class IncomingBody {
  streamed = false;
  constructor(readonly body: ReplyBody) {}
}

class InputStream {
  constructor(readonly body: ReplyBody) {}
}

class StreamFailure {
  constructor(readonly text: string) {}
}

/** Something that is ready from the beginning. */
const READY = { ready: () => true, watch: () => () => {} };

type Implementation = (call: Invocation, ...values: any[]) => unknown;

const TYPES = 'wasi:http/types@0.2.0#';
const STREAMS = 'wasi:io/streams@0.2.0#';

const METHOD = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const AUTHORITY = /^[0-9A-Za-z._-]+(:[0-9]{1,5})?$/;
const PATH = /^\/[!$&-;=?-Z_a-z~%@]*$/;

function fields(call: Invocation, entries: readonly Entry[]): Case {
  for (const entry of entries) {
    const problem = problemOf(entry);
    if (problem !== null) return err({ tag: problem });
  }
  return ok(call.keep(new OwnFields(entries)));
}

const fieldsOf = (call: Invocation, self: number): Fields => call.object(self, Fields);

const milliseconds = (duration: bigint | null): number | null =>
  duration === null ? null : Math.min(Math.ceil(Number(duration) / 1e6), 2 ** 30);

function announced(headers: Fields): number | null {
  const value = headers.get('content-length')[0];
  return value === undefined ? null : Number(value);
}

/** Hands a request over. Nothing is sent before its body is complete. */
function handle(call: Invocation, request: number, options: number | null): Case {
  const outgoing = call.object(request, OutgoingRequest);
  const limits = options === null ? new RequestOptions().limits : call.object(options, RequestOptions).limits;
  call.drop(request);
  if (options !== null) call.drop(options);
  const { method, scheme, authority, path, headers } = outgoing;
  if (authority === null || path === null || (scheme !== 'http' && scheme !== 'https')) {
    return err({ tag: 'HTTP-request-URI-invalid' });
  }
  const origin = `${scheme}://${authority}`;
  const allowed = call.surroundings.origins;
  if (allowed === null || !allowed.includes(origin)) {
    call.denial = { origin, reason: 'it is not among the origins of this configuration and handle' };
    return err({ tag: 'HTTP-request-denied' });
  }
  const exchange = call.exchange({ method, origin, path, headers: headers.entries() }, limits);
  if (isStandard(call.surroundings.fetch) && isBlocked(authority)) {
    call.denial = { origin, reason: 'fetch refuses its port, which is one of the "bad ports" of the Fetch standard' };
    exchange.fail({ tag: 'connection-refused' });
  }
  if (outgoing.body === null) exchange.begin(new Uint8Array(0));
  else outgoing.body.exchange = exchange;
  return ok(call.keep(new FutureResponse(exchange)));
}

function finish(call: Invocation, self: number): Case {
  const body = call.object(self, OutgoingBody);
  call.drop(self);
  if (body.announced !== null && body.announced !== body.size) {
    const failure = { tag: 'HTTP-request-body-size', val: BigInt(body.size) };
    body.exchange?.fail(failure);
    return err(failure);
  }
  const bytes = body.chunks.length === 1 ? body.chunks[0]! : new Uint8Array(body.size);
  if (body.chunks.length > 1) {
    let at = 0;
    for (const chunk of body.chunks) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
  }
  body.exchange?.begin(bytes);
  return OK;
}

function write(call: Invocation, self: number, contents: Uint8Array): Case {
  const { body } = call.object(self, OutputStream);
  body.size += contents.length;
  if (body.size > MAX_REQUEST) return err({ tag: 'closed' });
  body.chunks.push(contents);
  return OK;
}

function takeResponse(call: Invocation, self: number): Case | null {
  const future = call.object(self, FutureResponse);
  const outcome = future.exchange.outcome;
  if (outcome === null) return null;
  if (future.taken) return err();
  future.taken = true;
  if ('failure' in outcome) return ok(err(outcome.failure));
  return ok(ok(call.keep(new IncomingResponse(outcome.reply))));
}

function read(call: Invocation, self: number, most: bigint): Case {
  const taken = call.object(self, InputStream).body.take(Number(most));
  if (taken === 'closed') return err({ tag: 'closed' });
  if (taken instanceof Uint8Array) return ok(taken);
  return err({ tag: 'last-operation-failed', val: call.keep(new StreamFailure(taken.failed)) });
}

/** What ends with the object that stands for it. */
function drop(call: Invocation, self: number): void {
  const dropped = call.drop(self);
  if (dropped instanceof FutureResponse && !dropped.taken) dropped.exchange.cancel();
  else if (dropped instanceof IncomingBody) dropped.body.cancel();
  else if (dropped instanceof OutgoingBody) dropped.exchange?.fail({ tag: 'HTTP-protocol-error' });
}

export const functions: Readonly<Record<string, Implementation>> = {
  'wasi:cli/environment@0.2.0#get-environment': (call) => call.surroundings.environment,

  'wasi:clocks/monotonic-clock@0.2.0#now': (call) => call.surroundings.clock.now(),
  'wasi:clocks/monotonic-clock@0.2.0#resolution': () => 1_000n,
  'wasi:clocks/monotonic-clock@0.2.0#subscribe-instant': (call, when: bigint) => call.timer(when),
  'wasi:clocks/monotonic-clock@0.2.0#subscribe-duration': (call, wait: bigint) =>
    call.timer(call.surroundings.clock.now() + wait),

  'wasi:io/error@0.2.0#[method]error.to-debug-string': (call, self: number) => call.object(self, StreamFailure).text,
  'wasi:io/poll@0.2.0#[method]pollable.ready': (call, self: number) => call.waitable(self).ready(),

  [`${STREAMS}[method]input-stream.read`]: read,
  [`${STREAMS}[method]input-stream.subscribe`]: (call, self: number) => call.keep(call.object(self, InputStream).body),
  [`${STREAMS}[method]output-stream.check-write`]: (call, self: number) =>
    call.object(self, OutputStream).body.size > MAX_REQUEST ? err({ tag: 'closed' }) : ok(PERMIT),
  [`${STREAMS}[method]output-stream.write`]: write,
  [`${STREAMS}[method]output-stream.flush`]: () => OK,
  [`${STREAMS}[method]output-stream.subscribe`]: (call) => call.keep(READY),

  [`${TYPES}[constructor]fields`]: (call) => call.keep(new OwnFields([])),
  [`${TYPES}[static]fields.from-list`]: fields,
  [`${TYPES}[method]fields.entries`]: (call, self: number) => fieldsOf(call, self).entries(),
  [`${TYPES}[method]fields.get`]: (call, self: number, name: string) => fieldsOf(call, self).get(name),
  [`${TYPES}[method]fields.has`]: (call, self: number, name: string) => fieldsOf(call, self).get(name).length > 0,

  [`${TYPES}[constructor]outgoing-request`]: (call, headers: number) => {
    const request = new OutgoingRequest(fieldsOf(call, headers));
    call.drop(headers);
    return call.keep(request);
  },
  [`${TYPES}[method]outgoing-request.set-method`]: (call, self: number, method: Case) => {
    const name = method.tag === 'other' ? String(method.val) : method.tag.toUpperCase();
    if (!METHOD.test(name)) return err();
    call.object(self, OutgoingRequest).method = name;
    return OK;
  },
  [`${TYPES}[method]outgoing-request.set-scheme`]: (call, self: number, scheme: Case | null) => {
    if (scheme?.tag === 'other') return err();
    call.object(self, OutgoingRequest).scheme = scheme === null ? null : scheme.tag.toLowerCase();
    return OK;
  },
  [`${TYPES}[method]outgoing-request.set-authority`]: (call, self: number, authority: string | null) => {
    if (authority !== null && !AUTHORITY.test(authority)) return err();
    call.object(self, OutgoingRequest).authority = authority;
    return OK;
  },
  [`${TYPES}[method]outgoing-request.set-path-with-query`]: (call, self: number, path: string | null) => {
    if (path !== null && !PATH.test(path)) return err();
    call.object(self, OutgoingRequest).path = path;
    return OK;
  },
  [`${TYPES}[method]outgoing-request.body`]: (call, self: number) => {
    const request = call.object(self, OutgoingRequest);
    if (request.body !== null) return err();
    request.body = new OutgoingBody(announced(request.headers));
    return ok(call.keep(request.body));
  },
  [`${TYPES}[method]outgoing-body.write`]: (call, self: number) => {
    const body = call.object(self, OutgoingBody);
    if (body.writing) return err();
    body.writing = true;
    return ok(call.keep(new OutputStream(body)));
  },
  [`${TYPES}[static]outgoing-body.finish`]: finish,

  [`${TYPES}[constructor]request-options`]: (call) => call.keep(new RequestOptions()),
  // fetch does not say when a connection is made, so there is no limit for that alone.
  [`${TYPES}[method]request-options.set-connect-timeout`]: () => err(),
  [`${TYPES}[method]request-options.set-first-byte-timeout`]: (call, self: number, duration: bigint | null) => {
    call.object(self, RequestOptions).limits.firstByteMs = milliseconds(duration);
    return OK;
  },
  [`${TYPES}[method]request-options.set-between-bytes-timeout`]: (call, self: number, duration: bigint | null) => {
    call.object(self, RequestOptions).limits.betweenBytesMs = milliseconds(duration);
    return OK;
  },
  'wasi:http/outgoing-handler@0.2.0#handle': handle,

  [`${TYPES}[method]future-incoming-response.subscribe`]: (call, self: number) =>
    call.keep(call.object(self, FutureResponse).exchange),
  [`${TYPES}[method]future-incoming-response.get`]: takeResponse,
  [`${TYPES}[method]incoming-response.status`]: (call, self: number) => call.object(self, IncomingResponse).incoming.status,
  [`${TYPES}[method]incoming-response.headers`]: (call, self: number) =>
    call.keep(call.object(self, IncomingResponse).incoming.headers),
  [`${TYPES}[method]incoming-response.consume`]: (call, self: number) => {
    const response = call.object(self, IncomingResponse);
    if (response.consumed) return err();
    response.consumed = true;
    return ok(call.keep(new IncomingBody(response.incoming.body)));
  },
  [`${TYPES}[method]incoming-body.stream`]: (call, self: number) => {
    const body = call.object(self, IncomingBody);
    if (body.streamed) return err();
    body.streamed = true;
    return ok(call.keep(new InputStream(body.body)));
  },
};

/** Ends an object; every resource of WASI has this. */
export const dropResource: Implementation = drop;
