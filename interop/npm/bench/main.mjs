// What a call costs: plain fetch, the package in each mode, the same component through jco, the official SDK. One engine, the
// clients by turns, against one server for which nothing takes time. OTHERS is where jco's and the SDK's packages are.

import { spawn } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { createInterface } from 'node:readline';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const { FAKE_DAYTONA_URL: URL, OTHERS, TARBALL, BUNDLE, WARM = '500', ROUNDS = '20', CYCLES = '30' } = process.env;

const CLIENTS = [
  ['plain fetch', 'bench/plain.mjs', '.', {}],
  ['jspi, nodeFetch', 'bench/node-http.mjs', '.', { MODE: 'jspi' }],
  ['jspi, fetch', 'bench/class.mjs', '.', { MODE: 'jspi' }],
  ['replay, nodeFetch', 'bench/node-http.mjs', '.', { MODE: 'replay' }],
  ['replay, fetch', 'bench/class.mjs', '.', { MODE: 'replay' }],
  ['jco, preview2-shim', 'bench/jco.mjs', OTHERS, {}],
  ['official SDK', 'bench/sdk.mjs', OTHERS, {}],
];

class Client {
  constructor([name, program, cwd, env]) {
    this.name = name;
    this.child = spawn(process.execPath, [program], { cwd, env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'inherit'] });
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  async ask(what, count = 1) {
    this.child.stdin.write(`${what} ${count}\n`);
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`${this.name} ended`);
    return JSON.parse(value);
  }

  end() {
    this.child.stdin.end();
  }
}

const median = (values) => {
  const sorted = [...values].sort((one, other) => one - other);
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
};
const seen = new Map(CLIENTS.map(([name]) => [name, { wall: [], cpu: [], start: [], burst: [], late: [] }]));

/** From a process's start to its first sandbox, and of a process that does nothing. */
async function starts() {
  const nothing = [];
  for (let turn = 0; turn < 7; turn += 1) {
    const begun = performance.now();
    await new Promise((resolve) => spawn(process.execPath, ['-e', '0']).once('exit', resolve));
    nothing.push(performance.now() - begun);
    for (const entry of CLIENTS) {
      const start = performance.now();
      const client = new Client(entry);
      await client.ask('first');
      seen.get(entry[0]).start.push(performance.now() - start);
      client.end();
    }
  }
  return median(nothing);
}

async function calls() {
  const clients = CLIENTS.map((entry) => new Client(entry));
  // A server runs for days, so each engine has compiled what is called often before anything is measured.
  for (const client of clients) await client.ask('cycles', WARM);
  for (let round = 0; round < Number(ROUNDS); round += 1) {
    for (const client of clients) {
      const { wall, cpu } = await client.ask('cycles', CYCLES);
      const calls = Number(CYCLES) * 3;
      seen.get(client.name).wall.push(wall / calls);
      seen.get(client.name).cpu.push(cpu / calls);
    }
  }
  await fetch(`${URL.replace(/\/api$/, '')}/__fake/replies`, { method: 'POST', body: '{"delayMillis":300}' });
  for (let round = 0; round < 3; round += 1) {
    for (const client of clients) {
      const { wall, late } = await client.ask('burst', 50);
      seen.get(client.name).burst.push(wall);
      seen.get(client.name).late.push(late);
    }
  }
  for (const client of clients) client.end();
}

const nothing = await starts();
await calls();
const cell = (value, width = 9) => String(value).padStart(width);
const of = (name, what) => median(seen.get(name)[what]);
const started = (name) => of(name, 'start') - nothing;
const [plain, sdk] = ['plain fetch', 'official SDK'];
/** Processor time of two clients, round by round: whatever else the machine does meets both of them. */
const ratio = (name, other) => median(seen.get(name).cpu.map((cpu, round) => cpu / seen.get(other).cpu[round]));
console.log(`Node ${process.version}; ${ROUNDS} rounds of ${CYCLES} creates, gets and deletes by turns, after ${WARM}; medians; times in ms; load ${loadavg()[0].toFixed(1)} on ${availableParallelism()} cores`);
console.log(`${''.padEnd(20)}${['wall', 'CPU', 'x plain', '50 at once', 'loop late', 'start'].map((head) => cell(head, 11)).join('')}`);
for (const [name] of CLIENTS) {
  const cells = [
    of(name, 'wall').toFixed(2),
    of(name, 'cpu').toFixed(2),
    ratio(name, plain).toFixed(2),
    of(name, 'burst').toFixed(0),
    of(name, 'late').toFixed(0),
    started(name).toFixed(0),
  ];
  console.log(`${name.padEnd(20)}${cells.map((value) => cell(value, 11)).join('')}`);
}
console.log('wall, CPU: per call. x plain: median of the rounds\' ratios. 50 at once: each request takes 300 ms. start: to the first sandbox, without what the engine itself takes');
const bundle = readFileSync(BUNDLE);
const core = readFileSync('node_modules/daytona-sandbox-provider/core.wasm');
console.log(`bytes: archive ${statSync(TARBALL).size}, one bundled file ${bundle.length}, gzipped ${gzipSync(bundle).length}; core ${core.length}, gzipped ${gzipSync(core, { level: 9 }).length}, brotli ${brotliCompressSync(core).length}`);

const goals = [
  ...['jspi, nodeFetch', 'jspi, fetch'].flatMap((name) => [
    [`${name}: at most 1.6 times the CPU of plain fetch`, ratio(name, plain) <= 1.6],
    [`${name}: five times less CPU than the SDK`, ratio(sdk, name) >= 5],
    [`${name}: 50 at once within 500 ms`, of(name, 'burst') <= 500],
    [`${name}: the event loop late by at most 50 ms`, of(name, 'late') <= 50],
    [`${name}: start to first sandbox within 100 ms`, started(name) <= 100],
  ]),
  ...['replay, nodeFetch', 'replay, fetch'].map((name) => [`${name}: at most 4.5 times the CPU of plain fetch`, ratio(name, plain) <= 4.5]),
  ['core at most 130,000 bytes gzipped', gzipSync(core, { level: 9 }).length <= 130_000],
];
for (const [goal, met] of goals) console.log(`${met ? 'met   ' : 'missed'} ${goal}`);
