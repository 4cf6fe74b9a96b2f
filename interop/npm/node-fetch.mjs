// Requests over `node:http` and `node:https`: connections that are used again and hold no process, certificates of one's own,
// and no use of the engine's fetch.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent as HttpAgent, createServer } from 'node:http';
import { Agent as HttpsAgent, createServer as createTlsServer } from 'node:https';
import { rootCertificates } from 'node:tls';
import { fileURLToPath } from 'node:url';

import { DaytonaSandboxProvider, SandboxError } from 'daytona-sandbox-provider';
import { nodeFetch } from 'daytona-sandbox-provider/node';
import { createRawProvider } from 'daytona-sandbox-provider/raw';

import { MODE, check, pause, until } from './fake.mjs';

// A certificate with its key, made for this program, for 127.0.0.1 and localhost, and trusted by nobody else.
const PEM = readFileSync(new URL('localhost.pem', import.meta.url), 'utf8');

// One of Node's own authorities, which has not signed that.
const [OTHER] = rootCertificates;

const ID = '00000000-0000-4000-8000-000000000000';
const SANDBOX = { id: ID, name: 'n', organizationId: ID, state: 'started', desiredState: 'started', target: 'us', labels: {}, env: {}, cpu: 1, gpu: 0, memory: 1, disk: 3 };

function providerFor(origin, fetch) {
  return new DaytonaSandboxProvider({ poolId: 'p', credential: { secret: 'dtn_0123456789abcdef', apiUrl: `${origin}/api` }, mode: MODE, deadlineMs: 3_000, fetch });
}
const handle = (origin) => ({ providerId: 'daytona', externalId: ID, metadata: { dialect: 'sandbox', 'api-origin': origin } });
const look = (origin, fetch) => providerFor(origin, fetch).status(handle(origin), { observe: true });

/** A server of one sandbox. */
async function server(make, answer) {
  const heard = [];
  let connections = 0;
  const listener = make((request, response) => {
    heard.push(request);
    request.resume();
    answer(request, response);
  });
  listener.on('connection', () => (connections += 1));
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address();
  const close = () => {
    listener.closeAllConnections();
    listener.close();
  };
  return { port, heard, close, connections: () => connections };
}

const sandbox = (_, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(SANDBOX));
};

/** Runs this program in a process of its own, which looks once and then has to end by itself. */
async function alone(environment) {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url)], { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (data) => (said += data));
  const [code] = await once(child, 'close');
  return { code, said: said.trim() };
}

if (process.env.ORIGIN !== undefined) {
  const { status } = await look(process.env.ORIGIN, nodeFetch({ extraCa: process.env.EXTRA_CA }));
  console.log(status);
} else {
  globalThis.fetch = () => {
    throw new Error('the fetch of the engine was called');
  };

  const plain = await server(createServer, sandbox);
  const origin = `http://127.0.0.1:${plain.port}`;
  const provider = providerFor(origin, nodeFetch());
  for (let turn = 0; turn < 5; turn += 1) {
    const state = await provider.status(handle(origin), { observe: true });
    check('a state over node:http', state.status === 'running', state);
  }
  check('one connection for calls that follow each other', plain.connections() === 1, plain.connections());
  await Promise.all(Array.from({ length: 20 }, () => provider.status(handle(origin), { observe: true })));
  check('connections for calls at once', plain.connections() > 1 && plain.connections() <= 20, plain.connections());
  check('nothing compressed is asked for', plain.heard.every((request) => request.headers['accept-encoding'] === 'identity'), plain.heard[0].headers);

  const own = new HttpAgent({ keepAlive: true, maxSockets: 2 });
  const before = plain.connections();
  const limited = providerFor(origin, nodeFetch({ httpAgent: own }));
  await Promise.all(Array.from({ length: 10 }, () => limited.status(handle(origin), { observe: true })));
  check('an agent of one\'s own', plain.connections() === before + 2, plain.connections() - before);
  own.destroy();

  const start = performance.now();
  const ended = await alone({ ORIGIN: origin });
  check('a kept connection keeps no process', ended.code === 0 && ended.said === 'running' && performance.now() - start < 10_000, ended);

  const tls = await server((act) => createTlsServer({ cert: PEM, key: PEM }, act), sandbox);
  const safe = `https://127.0.0.1:${tls.port}`;
  const refused = await look(safe, nodeFetch()).catch((error) => error);
  check('a certificate of nobody', refused instanceof SandboxError && refused.details['transport-code'] === 'DEPTH_ZERO_SELF_SIGNED_CERT' && tls.heard.length === 0, refused);
  const named = { 'an authority that is named': { extraCa: PEM }, 'one of several': { extraCa: [OTHER, PEM] }, 'several in one text': { extraCa: `${OTHER}\n${PEM}` }, 'an agent of one\'s own for it': { httpsAgent: new HttpsAgent({ keepAlive: true, ca: PEM }) } };
  for (const [name, options] of Object.entries(named)) {
    const trusted = await look(safe, nodeFetch(options));
    check(name, trusted.status === 'running', trusted);
  }
  const another = await look(safe, nodeFetch({ extraCa: OTHER })).catch((error) => error);
  check('another authority', another instanceof SandboxError && another.details.rule === 'tls' && tls.heard.length === 4, another);
  const beside = await alone({ ORIGIN: safe, NODE_EXTRA_CA_CERTS: fileURLToPath(new URL('localhost.pem', import.meta.url)), EXTRA_CA: OTHER });
  check('an authority of Node\'s own beside another', beside.said === 'running', beside);

  // Lengths, also where a body is unusual.
  const ask = (url, init = {}) => nodeFetch()(url, { method: 'GET', headers: {}, redirect: 'manual', signal: new AbortController().signal, ...init });
  const bytes = (text) => new TextEncoder().encode(text);
  for (const [method, body, length] of [['POST', bytes('{}'), '2'], ['POST', undefined, '0'], ['DELETE', bytes('{ä}'), '4'], ['DELETE', undefined, undefined], ['GET', undefined, undefined]]) {
    const { status } = await ask(origin, { method, ...(body && { body }) });
    const { headers } = plain.heard.at(-1);
    check(`the length of a ${method}`, status === 200 && headers['content-length'] === length && headers['transfer-encoding'] === undefined, headers);
  }

  // A server that writes as long as somebody reads.
  let [written, closed] = [0, 0];
  const endless = await server(createServer, (_, response) => {
    response.setHeader('content-type', 'application/json');
    response.on('close', () => (closed += 1));
    const piece = Buffer.alloc(256 * 1024, 32);
    const pour = () => {
      do written += piece.length;
      while (!response.destroyed && response.write(piece));
    };
    response.on('drain', pour);
    response.on('error', () => {});
    pour();
  });
  const stream = `http://127.0.0.1:${endless.port}`;
  const flood = await look(stream, nodeFetch()).catch((error) => error);
  check('a reply without end', flood instanceof SandboxError && flood.details.rule === 'reply-too-large', flood);
  check('its connection is closed', await until(() => closed === 1), closed);
  const reader = (await ask(stream)).body.getReader();
  await reader.read();
  const settled = async () => {
    let before;
    do {
      before = written;
      await pause(150);
    } while (before !== written);
    return written;
  };
  const held = await settled();
  check('what nobody reads waits at the server', held < 64 * 1024 * 1024, held);
  for (let left = 64 * 1024 * 1024; left > 0; ) left -= (await reader.read()).value.length;
  check('it goes on when somebody does', written > held, written);
  await reader.cancel();
  check('until nobody wants the rest', await until(() => closed === 2), closed);
  endless.close();

  // A server that says nothing, until its client goes.
  const silent = await server(createServer, (request) => request.socket.on('close', () => (closed += 1)));
  const leaving = new AbortController();
  const pending = ask(`http://127.0.0.1:${silent.port}`, { signal: leaving.signal }).catch((error) => error);
  await until(() => silent.heard.length === 1);
  leaving.abort(new Error('enough'));
  check('an abort while it is waited', (await pending).message === 'enough' && (await until(() => closed === 3)), closed);
  const early = await ask(`http://127.0.0.1:${silent.port}`, { signal: AbortSignal.abort(new Error('before')) }).catch((error) => error);
  check('an abort before anything is sent', early.message === 'before' && silent.heard.length === 1, early);
  silent.close();

  for (const [name, options, path, word] of [
    ['an unknown option', { agent: own }, 'options.agent', 'httpAgent'],
    ['what is no agent', { httpsAgent: {} }, 'options.httpsAgent', 'Agent of node:https'],
    ['what is no object', 'x', 'options', 'an object'],
    ['a certificate that is a number', { extraCa: [1] }, 'options.extraCa[0]', 'a list of texts'],
    ['one certificate of several', { extraCa: [PEM, 'x'] }, 'options.extraCa[1]', 'PEM'],
    ['a hole among certificates', { extraCa: [, PEM] }, 'options.extraCa[0]', 'missing'],
    ['the other scheme’s agent', { httpAgent: new HttpsAgent() }, 'options.httpAgent', 'Agent of node:http'],
    ['options that are a map', new Map(), 'options', 'a Map'],
    ['the name of a file', { extraCa: '/etc/ssl/ca.pem' }, 'options.extraCa', 'not its name'],
    ['a certificate that is broken', { extraCa: PEM.replaceAll('A', '-') }, 'options.extraCa', 'PEM'],
    ['a certificate that is cut off', { extraCa: PEM.slice(0, 200) }, 'options.extraCa', 'cannot be read'],
    ['an authority beside an agent', { extraCa: PEM, httpsAgent: new HttpsAgent() }, 'options.extraCa', 'to that agent'],
  ]) {
    let error = null;
    try {
      nodeFetch(options);
    } catch (thrown) {
      error = thrown;
    }
    const right = error instanceof SandboxError && error.code === 'invalid-config' && error.details.path === path && error.message.includes(word);
    check(`${name} is refused`, right, error);
  }
  for (const make of [() => providerFor(origin, nodeFetch), () => createRawProvider({ fetch: nodeFetch })]) {
    let error = null;
    try {
      make();
    } catch (thrown) {
      error = thrown;
    }
    const right = error instanceof SandboxError && error.details.path === 'fetch' && error.message.includes('nodeFetch()');
    check('the maker in place of what it makes is refused', right, error);
  }
  plain.close();
  tls.close();
}
