// A runner of the conformance suite: the contract as the package has it, in the mode that is the first argument, over `node:http`
// where the second one is `node`. Reads cases from standard input and writes a transcript of each, as docs/conformance.md says. It
// judges nothing.

import { createServer } from 'node:net';

import { nodeFetch } from 'daytona-sandbox-provider/node';
import { SandboxError, createRawProvider } from 'daytona-sandbox-provider/raw';

// Most cases wait for most of their time.
const AT_ONCE = 4;

const [mode = 'auto', sends] = process.argv.slice(2);
const fetch = sends === 'node' ? nodeFetch() : undefined;

/** A server that plays a case: one connection per request, the replies in their order. */
async function play() {
  let [replies, otherwise, requests] = [[], null, []];
  const open = new Set();
  const listener = createServer({ noDelay: true }, (socket) => {
    open.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => open.delete(socket));
    const reply = replies.shift() ?? otherwise ?? { status: 500 };
    if (reply.fault === 'close-before-request') return void socket.destroy();
    let heard = Buffer.alloc(0);
    socket.on('data', (data) => {
      if (heard === null) return;
      heard = Buffer.concat([heard, data]);
      const request = read(heard);
      if (request === null) return;
      heard = null;
      // What does not begin as a method does, as TLS does not, is no HTTP.
      if (request === 'none') return void socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n');
      const echo = echoed(reply, request);
      requests.push(request);
      void answer(socket, echo);
    });
  });
  await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return {
    authority: `127.0.0.1:${listener.address().port}`,
    begin: (first, then) => ([replies, otherwise, requests] = [[...first], then ?? null, []]),
    end: () => requests,
    close: () => {
      listener.close();
      for (const socket of open) socket.destroy();
    },
  };
}

/** A request, once all of it is there; `none` where none comes. */
function read(bytes) {
  if (!/^[A-Z]/.test(bytes.subarray(0, 1).toString('latin1'))) return 'none';
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const [first, ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const headers = Object.fromEntries(lines.map((line) => {
    const at = line.indexOf(':');
    return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()];
  }));
  const body = bytes.subarray(end + 4);
  if (body.length < Number(headers['content-length'] ?? 0)) return null;
  const [method, target] = first.split(' ');
  return { method, target, headers, body: body.toString() };
}

/** The reply with parts of the request's body in its texts; the request gets their names in their place. */
function echoed(reply, request) {
  for (const [name, { after, until }] of Object.entries(reply.echo ?? {})) {
    const variable = `\${echo.${name}}`;
    const start = request.body.indexOf(after) + after.length;
    const part = start < after.length ? '' : request.body.slice(start, Math.max(request.body.indexOf(until, start), start));
    if (part === '') continue;
    request.body = request.body.replaceAll(part, variable);
    reply = JSON.parse(JSON.stringify(reply).replaceAll(variable, () => JSON.stringify(part).slice(1, -1)));
  }
  return reply;
}

const pause = (ms = 0) => (ms > 0 ? new Promise((resolve) => setTimeout(resolve, ms)) : null);

const content = (piece) => Buffer.from(piece.text ?? piece.base64 ?? '', piece.text === undefined ? 'base64' : 'utf8');

async function answer(socket, reply) {
  await pause(reply.delayMs);
  if (reply.fault === 'silence') return;
  if (reply.fault !== undefined) return void socket.destroy();
  if (reply.raw !== undefined) return void socket.end(reply.raw);
  const pieces = reply.pieces ?? [];
  const headers = [...(reply.headers ?? [])];
  const says = headers.some(([name]) => ['content-length', 'transfer-encoding'].includes(name.toLowerCase()));
  if (!says && !reply.lengthUnknown) {
    const length = pieces.reduce((sum, piece) => sum + content(piece).length * (piece.times ?? 1), 0);
    headers.push(['content-length', String(length)]);
  }
  headers.push(['connection', 'close']);
  socket.write(`HTTP/1.1 ${reply.status} X\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`);
  for (const piece of pieces) {
    if (piece.close) break;
    for (let left = piece.times ?? 1; left > 0 && !socket.destroyed; left -= 1) {
      await pause(piece.delayMs);
      if (!socket.write(content(piece))) await new Promise((resolve) => (socket.once('drain', resolve), socket.once('close', resolve)));
    }
  }
  socket.end();
}

/** A value with what is known only while the case runs. */
function late(value, authority, saved) {
  if (typeof value === 'string') {
    const text = value.replaceAll('${origin}', `http://${authority}`).replaceAll('${authority}', authority);
    const member = (name) => name.split('.').reduce((held, word) => held?.[word], saved);
    const whole = /^\$\{saved\.([^}]+)\}$/.exec(text);
    return whole ? member(whole[1]) : text.replace(/\$\{saved\.([^}]+)\}/g, (_, name) => member(name));
  }
  if (Array.isArray(value)) return value.map((item) => late(item, authority, saved));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, late(item, authority, saved)]));
  }
  return value;
}

const camel = (name) => name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());

async function call(provider, name, given) {
  const [group, fn] = name.split('.').map(camel);
  const act = provider[group]?.[fn];
  if (act === undefined) return { failed: `the provider does not offer ${name}` };
  try {
    return { result: (await act(...act.parameters.map((parameter) => given[parameter]))) ?? null };
  } catch (error) {
    if (!(error instanceof SandboxError) || ['trap', 'replay-diverged', 'not-offered'].includes(error.details.rule)) return { failed: String(error?.stack ?? error) };
    const { name: _, problems: __, ...record } = error.toJSON();
    return { error: record };
  }
}

async function run(one) {
  const server = await play();
  const provider = createRawProvider({
    mode,
    environment: one.environment ?? {},
    allowedOrigins: one.egress === 'denied' ? [] : undefined,
  });
  const [steps, saved] = [[], {}];
  try {
    for (const step of one.steps) {
      server.begin(late(step.replies, server.authority, saved), late(step.otherwise, server.authority, saved));
      const given = late(step.arguments ?? {}, server.authority, saved);
      const begun = performance.now();
      const seen = await call(provider, step.call, given);
      const tookMs = Math.round(performance.now() - begun);
      if ('result' in seen && step.save !== undefined) saved[step.save] = seen.result;
      steps.push({ answer: seen, requests: server.end(), tookMs });
    }
    const text = JSON.stringify({ case: one.name, virtualTime: false, steps });
    return text.replaceAll(`http://${server.authority}`, '${origin}').replaceAll(server.authority, '${authority}');
  } catch (error) {
    return JSON.stringify({ case: one.name, broken: String(error?.stack ?? error) });
  } finally {
    server.close();
    await provider.close();
  }
}

let input = '';
for await (const part of process.stdin) input += part;
const { cases } = JSON.parse(input);
const left = [...cases];
await Promise.all(Array.from({ length: AT_ONCE }, async () => {
  for (let one = left.shift(); one !== undefined; one = left.shift()) process.stdout.write(`${await run(one)}\n`);
}));
process.exit(0);
