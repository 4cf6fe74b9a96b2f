// What comes of replies that are none, of networks that fail, of aborts and of what may not be called. The servers of this
// program are sockets that say what they are told to.

import { createServer } from 'node:net';

import { DaytonaSandboxProvider, SandboxError } from 'daytona-sandbox-provider';
import { createRawProvider } from 'daytona-sandbox-provider/raw';

import { MODE, check, pause } from './fake.mjs';
import { SENDS } from './sends.mjs';

const KEY = 'dtn_0123456789abcdef-é';
const ID = '00000000-0000-4000-8000-000000000000';

const unhandled = [];
process.on('unhandledRejection', (reason) => unhandled.push(reason));

/** A server that answers each request by writing something to the socket. */
async function server(answer) {
  const heard = [];
  const sockets = new Set();
  const listener = createServer((socket) => {
    sockets.add(socket);
    let text = '';
    socket.setEncoding('latin1');
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (data) => {
      text += data;
      const end = text.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = Number(/^content-length: (\d+)/im.exec(text.slice(0, end))?.[1] ?? 0);
      if (text.length < end + 4 + length) return;
      heard.push(text);
      text = '';
      answer(socket);
    });
  });
  await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const close = () => {
    for (const socket of sockets) socket.destroy();
    listener.close();
  };
  return { origin: `http://127.0.0.1:${listener.address().port}`, heard, close };
}

const http = (head, body = '') => (socket) => socket.write(`HTTP/1.1 ${head}\r\n\r\n${body}`);

function providerFor(origin, more = {}) {
  // Whoever listens may fail as well.
  const onEvent = async () => {
    throw new Error('of the listener');
  };
  return new DaytonaSandboxProvider({ poolId: 'p', onEvent, credential: { secret: KEY, apiUrl: `${origin}/api` }, mode: MODE, fetch: SENDS, deadlineMs: 1_500, ...more });
}

const handle = (origin) => ({ providerId: 'daytona', externalId: ID, metadata: { dialect: 'sandbox', 'api-origin': origin } });

async function fails(name, origin, codes, more = {}, act = (provider) => provider.status(handle(origin), more.call)) {
  const provider = providerFor(origin, more.provider);
  const error = await act(provider).catch((thrown) => thrown);
  const shown = JSON.stringify(error) + String(error?.stack);
  check(name, error instanceof SandboxError && codes.includes(error.code), error);
  check(`${name}: no secret`, !shown.includes('0123456789abcdef'), shown);
  return error;
}

async function replies() {
  const table = [
    ['garbage', (socket) => socket.end('what is this\r\n\r\n'), ['unavailable']],
    ['a reset', (socket) => socket.destroy(), ['unavailable']],
    ['a reply cut short', http('200 OK\r\ncontent-length: 100\r\ncontent-type: application/json', '{"id":'), ['unavailable', 'timeout']],
    ['a page', http('200 OK\r\ncontent-type: text/html\r\ncontent-length: 6', '<html>'), ['protocol', 'invalid-config']],
    ['a redirect', http('302 Found\r\nlocation: http://127.0.0.1:1/elsewhere\r\ncontent-length: 0'), ['protocol', 'invalid-config']],
    ['nothing', () => {}, ['timeout', 'unavailable']],
    ['a head and then nothing', http('200 OK\r\ncontent-length: 10'), ['timeout', 'unavailable']],
    ['bytes that are no UTF-8 in a header', http('403 Forbidden\r\nx-odd: \xff\xfe\r\ncontent-length: 0'), ['permission-denied', 'protocol']],
    ['a body that is not what it says', http('200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 9', 'not gzip!'), ['unavailable', 'protocol']],
  ];
  for (const [name, answer, codes] of table) {
    const { origin, heard, close } = await server(answer);
    await fails(name, origin, codes);
    check(`${name}: it was asked`, heard.length > 0);
    close();
  }
}

async function bytes() {
  const { origin, heard, close } = await server(http('401 Unauthorized\r\ncontent-length: 0'));
  const provider = providerFor(origin);
  await provider.provision({ sessionId: 's', env: { A: 'ä' } }).catch(() => {});
  const [request] = heard;
  const utf8 = String.fromCharCode(...new TextEncoder().encode(KEY));
  check('the key is sent byte for byte', request.includes(`authorization: Bearer ${utf8}`) || request.includes(`Authorization: Bearer ${utf8}`), request);
  const body = request.slice(request.indexOf('\r\n\r\n') + 4);
  check('the body is sent byte for byte, with its length', body.endsWith('}') && body.includes('"A":"') && !/transfer-encoding/i.test(request), request);
  close();
  const gone = await server(http('200 OK\r\ncontent-length: 0'));
  await providerFor(gone.origin).terminate(handle(gone.origin)).catch(() => {});
  const deletion = gone.heard.find((text) => text.startsWith('DELETE'));
  check('a request without a body says so', deletion !== undefined && !/transfer-encoding/i.test(deletion), deletion);
  gone.close();
}

async function networks() {
  const refused = await server(() => {});
  refused.close();
  await pause(20);
  const error = await fails('a refused connection', refused.origin, ['unavailable'], {}, (provider) => provider.provision({ sessionId: 's' }));
  check('a refused connection applied nothing', error.maybeApplied === false && error.retryable === true, error);
  await fails('a name that does not resolve', 'https://nothing.invalid', ['unavailable']);
  const port = await fails('a port that fetch refuses', 'http://127.0.0.1:6000', ['unavailable']);
  const tried = SENDS !== undefined;
  check('a port that fetch refuses: the reason', port.message.includes('bad port') !== tried && port.retryable === tried, port);
}

async function egress() {
  const { origin, heard, close } = await server(http('200 OK\r\ncontent-length: 0'));
  const error = await fails('an origin that is not allowed', origin, ['egress-denied'], { provider: { allowedOrigins: ['https://app.daytona.io'] } });
  check('an origin that is not allowed: which', error.message.includes(origin) && heard.length === 0, error);
  await fails('a handle of another origin', origin, ['invalid-config'], {}, (provider) => provider.status(handle('https://elsewhere.example')));
  const seen = [];
  const raw = createRawProvider({ mode: MODE, fetch: SENDS, environment: { DAYTONA_API_KEY: 'dtn_of_the_environment', DAYTONA_API_URL: `${origin}/api` } });
  await raw.provider.locate({ poolId: 'p' }, 's').catch((thrown) => seen.push(thrown.code));
  check('an environment that is given', heard.some((text) => text.includes('dtn_of_the_environment')), seen);
  const none = await createRawProvider({ mode: MODE, fetch: SENDS }).provider.locate({ poolId: 'p' }, 's').catch((thrown) => thrown);
  check('no environment unless it is given', none.code === 'unauthenticated', none);
  close();
}

async function aborts() {
  const { origin, heard, close } = await server(() => {});
  const provider = providerFor(origin, { deadlineMs: 20_000 });
  const controller = new AbortController();
  const call = provider.provision({ sessionId: 's' }, { signal: controller.signal }).catch((thrown) => thrown);
  while (heard.length === 0) await pause(5);
  controller.abort(new Error('enough'));
  const error = await call;
  check('an abort', error instanceof SandboxError && error.details.rule === 'aborted' && error.cause?.message === 'enough', error);
  check('an aborted provision may have been applied', error.maybeApplied === true);
  const early = await provider.provision({ sessionId: 's' }, { signal: AbortSignal.abort() }).catch((thrown) => thrown);
  check('an abort before the call', early.details.rule === 'aborted' && early.maybeApplied === false && heard.length === 1, early);
  const late = await provider.status(handle(origin), { signal: AbortSignal.timeout(50) }).catch((thrown) => thrown);
  check('an abort by time', late.details.rule === 'aborted' && late.cause?.name === 'TimeoutError', late);
  const pending = provider.provision({ sessionId: 't' }).catch((thrown) => thrown);
  while (heard.length < 3) await pause(5);
  const start = performance.now();
  await provider.close();
  const closed = await pending;
  check('a provider that is closed', closed.details.rule === 'closed' && closed.maybeApplied && performance.now() - start < 1_000, closed);
  const slow = providerFor(origin, { credential: () => new Promise(() => {}), deadlineMs: 100 });
  const waiting = await slow.provision({ sessionId: 's' }).catch((thrown) => thrown);
  check('a key that does not come', waiting.code === 'timeout' && waiting.maybeApplied === false, waiting);
  const vault = providerFor(origin, { credential: () => Promise.reject(new Error('the vault is sealed')) });
  const sealed = await vault.provision({ sessionId: 's' }).catch((thrown) => thrown);
  check('a key that cannot be had', sealed.code === 'unavailable' && sealed.cause.message === 'the vault is sealed', sealed);
  close();
}

/** What an injected fetch may give instead of a reply, and what comes of it. */
async function fetches() {
  const json = (body) => new Response(body, { headers: { 'content-type': 'application/json' } });
  const used = json('{}');
  await used.text();
  const locked = json('{}');
  locked.body.getReader();
  const stream = (source) => new Response(new ReadableStream(source));
  const evil = new Proxy({}, { get() { throw new Error(KEY); } });
  const table = [
    ['nothing', () => undefined, 'not-a-response'],
    ['text', async () => 'x', 'not-a-response'],
    ['an object of another library', async () => ({ status: 200, data: {}, headers: {} }), 'not-a-response'],
    ['a status that is text', async () => ({ status: '200', headers: new Headers(), body: null }), 'not-a-response'],
    ['a body that was read', () => used, 'not-a-response'],
    ['a body that somebody reads', () => locked, 'not-a-response'],
    ['a body of texts', () => stream({ start: (controller) => { controller.enqueue('{}'); controller.close(); } }), 'not-a-response'],
    ['no body', () => new Response(null, { status: 200 }), 'bad-reply'],
    ['a network error', () => Response.error(), 'broken-exchange'],
    ['a body that breaks', () => stream({ pull: (controller) => controller.error(new Error(KEY)) }), 'broken-exchange'],
    ['a body that never comes', () => stream({ pull: () => new Promise(() => {}) }), 'deadline'],
    ['a body without end', () => stream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) }), 'reply-too-large'],
    ['a reply that never comes', () => new Promise(() => {}), 'deadline'],
    ['an error that shows the key', () => { throw new Error(KEY); }, 'broken-exchange'],
    ['null that is thrown', () => { throw null; }, 'broken-exchange'],
    ['what throws when it is looked at', () => { throw evil; }, 'broken-exchange'],
    ['an abort of its own', () => { throw new DOMException('no', 'AbortError'); }, 'broken-exchange'],
  ];
  for (const [name, fetch, rule] of table) {
    const provider = providerFor('http://fetch.example', { fetch, deadlineMs: rule === 'reply-too-large' ? 10_000 : 600 });
    const error = await provider.provision({ sessionId: 's' }).catch((thrown) => thrown);
    check(`fetch gives ${name}`, error instanceof SandboxError && error.details.rule === rule && error.maybeApplied, error);
    check(`fetch gives ${name}: no secret`, !`${JSON.stringify(error)}${error.stack}`.includes('0123456789abcdef'), error);
    if (rule === 'not-a-response') check(`fetch gives ${name}: whose mistake it is`, error.code === 'invalid-config' && error.details.path === 'fetch' && !error.retryable, error);
  }
}

/** Closing while others close, from inside of a call, and more than once. */
async function closes() {
  const waiting = () => new Promise(() => {});
  const soon = (promise) => Promise.race([promise, pause(2_000).then(() => 'hangs')]);
  const provider = providerFor('http://fetch.example', { fetch: waiting, deadlineMs: 20_000 });
  const call = provider.provision({ sessionId: 's' }).catch((thrown) => thrown);
  await pause(20);
  check('several close at once', (await soon(Promise.all([provider.close(), provider.close(), provider[Symbol.asyncDispose]()]))) !== 'hangs');
  check('the call has ended', (await soon(call)).details.rule === 'closed');
  check('closed again', (await soon(provider.close())) === undefined);
  for (const [name, act] of [['provision', () => provider.provision({ sessionId: 's' })], ['describe', () => provider.describe()], ['checkConfig', () => provider.checkConfig({})]]) {
    const error = await soon(act().catch((thrown) => thrown));
    check(`${name} after that`, error instanceof SandboxError && error.details.rule === 'closed', error);
  }
  const inside = providerFor('http://fetch.example', { credential: async () => { await inside.close(); return { secret: KEY }; } });
  const error = await soon(inside.provision({ sessionId: 's' }).catch((thrown) => thrown));
  check('closed while it asks for its key', error.details?.rule === 'closed' && !error.maybeApplied, error);
}

async function queue() {
  const { origin, heard, close } = await server(() => {});
  const provider = providerFor(origin, { maxConcurrentCalls: 2, deadlineMs: 400 });
  const calls = Array.from({ length: 3 }, (_, index) => provider.locate(`s-${index}`).catch((thrown) => thrown));
  await pause(150);
  check('no more calls at once than are allowed', heard.length === 2, heard.length);
  const errors = await Promise.all(calls);
  check('all of them end', errors.every((error) => error instanceof SandboxError), errors);
  close();
}

await replies();
await bytes();
await networks();
await egress();
await aborts();
await fetches();
await closes();
await queue();
await pause(50);
check('no promise was left to fail alone', unhandled.length === 0, unhandled);
process.exit(0);
