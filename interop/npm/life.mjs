// What a fetch, a signal, a listener or a server may do that is not as it should be, and that nothing is lost by it: no turn of a
// later call, no reply that is read for nobody, no timer that keeps a process alive.

import { createServer } from 'node:net';
import { performance } from 'node:perf_hooks';

import { DaytonaSandboxProvider, SandboxError } from 'daytona-sandbox-provider';
import { nodeFetch } from 'daytona-sandbox-provider/node';
import { createRawProvider } from 'daytona-sandbox-provider/raw';

import { MODE, check, pause } from './fake.mjs';
import { quietly, virtual } from './virtual-time.mjs';

const KEY = 'dtn_0123456789abcdef';
const ORIGIN = 'http://fetch.example';
const handle = { providerId: 'daytona', externalId: '00000000-0000-4000-8000-000000000000', metadata: { dialect: 'sandbox', 'api-origin': ORIGIN } };
const running = JSON.stringify({ id: handle.externalId, state: 'started', labels: {} });
const reply = (body = running) => new Response(body, { headers: { 'content-type': 'application/json' } });
const never = () => new Promise(() => {});
const make = (fetch, more = {}) => new DaytonaSandboxProvider({ poolId: 'p', credential: { secret: KEY, apiUrl: `${ORIGIN}/api` }, mode: MODE, fetch, deadlineMs: 1_000, ...more });
const outcome = (call) => call.then(() => null, (error) => error);
const soon = (promise) => Promise.race([promise, pause(3_000).then(() => 'hangs')]);
const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

/** A call that is let through shows that no turn was lost. */
async function stillWorks(name, provider, answer) {
  answer.with = () => reply();
  const error = await outcome(provider.status(handle));
  check(`${name}: the next call works`, error === null, error);
  check(`${name}: it closes`, (await soon(provider.close())) === undefined);
}

async function turns() {
  const controller = new AbortController();
  const answer = { with: never };
  const hears = ({ type, function: name }) => type === 'call' && name === 'status' && controller.abort();
  const provider = make(() => answer.with(), { maxConcurrentCalls: 1, onEvent: hears });
  const first = outcome(provider.status(handle, { deadlineMs: 100 }));
  const second = await outcome(provider.locate('s', { signal: controller.signal }));
  check('a listener aborts whose turn it is', second?.details.rule === 'aborted' && (await first) instanceof SandboxError, second);
  await stillWorks('a listener aborts whose turn it is', provider, answer);
}

async function signals() {
  for (const [name, signal] of [
    ['that throws when it is listened to', { aborted: false, addEventListener() { throw new Error(KEY); }, removeEventListener() {} }],
    ['that throws at the end', { aborted: false, addEventListener() {}, removeEventListener() { throw new Error(KEY); } }],
  ]) {
    const answer = { with: () => reply() };
    const provider = make(() => answer.with(), { maxConcurrentCalls: 1 });
    check(`a signal ${name}`, (await outcome(provider.status(handle, { signal }))) === null);
    await stillWorks(`a signal ${name}`, provider, answer);
  }
}

async function cancelled() {
  for (const [name, cancel] of [['throws', () => { throw new Error(KEY); }], ['gives nothing', () => undefined]]) {
    const body = { getReader: () => ({ read: never, cancel }) };
    const answer = { with: () => ({ status: 200, headers: new Headers(), body }) };
    const provider = make(() => answer.with(), { maxConcurrentCalls: 1 });
    const error = await outcome(provider.status(handle, { signal: AbortSignal.timeout(60) }));
    check(`a body whose cancelling ${name}`, error instanceof SandboxError && error.details.rule === 'aborted', error);
    await stillWorks(`a body whose cancelling ${name}`, provider, answer);
  }
}

/** A fetch that does not listen to its signal, and answers when nobody waits any more. */
async function late() {
  let cancels = 0;
  const endless = () => new Response(new ReadableStream({ pull: (stream) => stream.enqueue(new Uint8Array(1024)), cancel: () => (cancels += 1) }));
  let arrive;
  const answer = { with: () => new Promise((resolve) => (arrive = resolve)) };
  const before = timers();
  const provider = make(() => answer.with(), { deadlineMs: 60_000 });
  const error = await outcome(provider.status(handle, { signal: AbortSignal.timeout(30) }));
  check('aborted while fetch does not listen', error.details.rule === 'aborted', error);
  arrive(endless());
  await pause(20);
  check('a reply for nobody is not read', cancels === 1, cancels);
  // It is between its headers and its body, for which it waits a moment.
  const head = new Response(new ReadableStream({ pull: never, cancel: () => (cancels += 1) }));
  answer.with = () => head;
  await outcome(provider.status(handle, { signal: AbortSignal.timeout(5) }));
  await pause(40);
  check('a body for nobody is not read', cancels === 2, cancels);
  answer.with = never;
  await outcome(provider.status(handle, { signal: AbortSignal.timeout(5) }));
  await provider.close();
  check('no timer is left', timers() <= before, [timers(), before]);
}

async function events() {
  const heard = [];
  const provider = make(never, { deadlineMs: 80, onEvent: (event) => heard.push(event) });
  await outcome(provider.provision({ sessionId: 's' }));
  await provider.describe();
  await outcome(provider.snapshots.list({ cursor: 5 }));
  await outcome(provider.snapshots.list(undefined, { signal: AbortSignal.abort() }));
  await outcome(provider.checkConfig({}, { signal: AbortSignal.abort() }));
  const told = heard.map(({ type, function: name, code, failure }) => `${type} ${name} ${code ?? failure ?? 'ok'}`).join();
  check('every call and request is heard of', told.replace(/(request provision aborted,)+/, 'aborted,') === 'aborted,call provision timeout,call describe ok,call snapshots.list invalid-spec,call snapshots.list timeout,call checkConfig timeout', told);
  const vault = make(never, { credential: () => { throw new Error(`the vault said ${KEY}`); }, onEvent: (event) => heard.push(event) });
  const error = await outcome(vault.status(handle));
  const { inspect } = await import('node:util');
  check('an event shows no secret, and the error its cause', error.cause.message.includes(KEY) && !inspect(heard, { depth: 9 }).includes(KEY), heard.at(-1));
}

/** What a fetch may give that looks like a reply. */
async function doubles() {
  const headers = new Headers();
  const table = [
    ['a map for headers', () => ({ status: 200, headers: new Map([['content-type', 'application/json']]), body: reply().body }), null],
    ['a fraction for a status', () => ({ status: 200.5, headers, body: null }), 'not-a-response'],
    ['a status out of range', () => ({ status: 65_736, headers, body: null }), 'not-a-response'],
    ['a hidden reply', () => ({ status: 0, type: 'opaque', headers, body: null }), 'not-a-response'],
    ['headers that throw', () => ({ status: 200, headers: { get() { throw new Error(KEY); }, forEach() {} }, body: reply().body }), 'not-a-response'],
    ['no reader', () => ({ status: 200, headers, body: { getReader: () => undefined } }), 'not-a-response'],
    ['a reader without pieces', () => ({ status: 200, headers, body: { getReader: () => ({ read: async () => undefined, cancel: async () => {} }) } }), 'not-a-response'],
    ['a redirect that was followed', () => Object.defineProperty(reply(), 'redirected', { value: true }), 'not-a-response'],
    ['pieces without a byte', () => new Response(new ReadableStream({ pull: (stream) => stream.enqueue(new Uint8Array(0)) })), 'deadline'],
    ['what throws when it is asked what it is', async () => { throw new Proxy(new Error(), { getPrototypeOf() { throw new Error(KEY); } }); }, 'broken-exchange'],
    ['words that sound like a name that is not known', async () => { throw new Error('Promise did not resolve in time'); }, 'broken-exchange'],
  ];
  for (const [name, fetch, rule] of table) {
    const error = await outcome(make(fetch, { deadlineMs: 600 }).status(handle));
    check(`fetch gives ${name}`, rule === null ? error === null : error?.details.rule === rule, error);
  }
  const sent = await outcome(make(async () => { throw new Error('Promise did not resolve in time'); }, { deadlineMs: 300 }).provision({ sessionId: 's' }));
  check('words alone do not say that nothing was sent', sent.maybeApplied, sent);
  for (const code of ['ERR_ACCESS_DENIED', 'EACCES', 'EPERM', 'EHOSTDOWN', 'ENETDOWN']) {
    const refused = await outcome(make(async () => { throw Object.assign(new Error('connect'), { code }); }, { deadlineMs: 300 }).provision({ sessionId: 's' }));
    check(`${code} is from before anything was sent`, refused instanceof SandboxError && !refused.maybeApplied, refused);
  }
}

/** A reply that is too large, a few bytes at a time. */
async function pieces() {
  const ends = { cpu: 0 };
  const drip = () => new Response(new ReadableStream({ pull: (stream) => stream.enqueue(new Uint8Array(4_096).fill(0x20)) }));
  const provider = make(drip, { deadlineMs: 30_000 });
  const start = process.cpuUsage();
  const error = await outcome(provider.status(handle));
  const used = process.cpuUsage(start);
  ends.cpu = (used.user + used.system) / 1e3;
  check('too large a reply in small pieces', error.details.rule === 'reply-too-large', error);
  // Each piece beyond what is read ahead once ran the call again: 8 to 14 s.
  check('and it costs no more than a large one', ends.cpu < 3_000, ends);
}

/** The time until the key is there is part of the call's. */
async function deadlines() {
  const slow = make(never, { credential: () => new Promise((resolve) => setTimeout(resolve, 300, { secret: KEY, apiUrl: `${ORIGIN}/api` })), deadlineMs: 500 });
  const start = performance.now();
  const error = await outcome(slow.status(handle));
  const took = performance.now() - start;
  check('a slow key and a deadline', error.code === 'timeout' && took < 800, [took, error]);
  const behind = make(never, { maxConcurrentCalls: 1 });
  const began = performance.now();
  await Promise.all([outcome(behind.status(handle, { deadlineMs: 300 })), outcome(behind.status(handle, { deadlineMs: 500 }))]);
  check('a turn that comes late and a deadline', performance.now() - began < 800, performance.now() - began);
  const raw = createRawProvider({ mode: MODE, fetch: never, maxConcurrentCalls: 1 });
  const context = { poolId: 'p', credential: { secret: KEY, apiUrl: `${ORIGIN}/api` }, deadlineMs: 500 };
  const asked = performance.now();
  await Promise.all([outcome(raw.provider.status({ ...context, deadlineMs: 300 }, handle)), outcome(raw.provider.status(context, handle))]);
  check('the same with the raw contract', performance.now() - asked < 700, performance.now() - asked);
}

/** The same for those who name no deadline; from here on time passes only while everybody waits for it. */
async function defaults() {
  const slow = () => new Promise((resolve) => setTimeout(resolve, 25_000, { secret: KEY, apiUrl: `${ORIGIN}/api` }));
  const provider = make(never, { deadlineMs: null, credential: slow });
  await provider.warm();
  virtual();
  for (const [name, call, most] of [['status', () => provider.status(handle), 30_000], ['provision', () => provider.provision({ sessionId: 's' }), 60_000]]) {
    const start = performance.now();
    const error = await quietly(outcome(call()));
    const took = performance.now() - start;
    check(`a slow key and the deadline that ${name} has by itself`, error.code === 'timeout' && took > 26_000 && took <= most + 500, [took, error]);
  }
}

/** Values are those of the moment of the call. */
async function moments() {
  let seen = null;
  const answer = (url, init) => ((seen = init.headers), reply());
  const allowed = [ORIGIN];
  const credential = { secret: KEY, apiUrl: `${ORIGIN}/api` };
  const provider = make(answer, { credential, allowedOrigins: allowed });
  allowed.pop();
  credential.secret = 'dtn_another';
  const options = { organizationId: 'org-a', credential: () => pause(20).then(() => ({ secret: KEY, apiUrl: `${ORIGIN}/api` })) };
  const call = outcome(provider.status(handle, options));
  options.organizationId = 5;
  check('options that change after the call', (await call) === null && seen.authorization.includes(KEY), await call);
  check('a key that changes after it was given', (await outcome(provider.status(handle))) === null && seen.authorization.includes(KEY), seen);
  check('no origins', (await outcome(make(answer, { allowedOrigins: null }).status(handle))) === null);
  check('behind a proxy', (await new Proxy(provider, {}).status(handle)).status === 'running');
  const { close } = provider;
  check('closing without the provider', (await outcome(close())).details.rule === 'detached');
  class Mine extends SandboxError {}
  check('a class below the errors’', !(new SandboxError('internal', 'x') instanceof Mine) && new Mine('internal', 'x') instanceof SandboxError && new Mine('internal', 'x') instanceof Mine);
}

/** A server that wants to speak something else. */
async function upgraded() {
  const listener = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: other\r\n\r\n'));
  });
  await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${listener.address().port}`;
  const provider = make(nodeFetch(), { credential: { secret: KEY, apiUrl: `${origin}/api` }, deadlineMs: 2_000 });
  const error = await outcome(provider.status({ ...handle, metadata: { ...handle.metadata, 'api-origin': origin } }));
  check('another protocol', error.details.rule === 'broken-exchange', error);
  listener.close();
}

await turns();
await signals();
await cancelled();
await late();
await events();
await doubles();
await pieces();
await deadlines();
await moments();
await upgraded();
await defaults();
process.exit(0);
