// One half of `equal.mjs`: random calls in one mode. Prints what came of each, and what the server heard.

import { DaytonaSandboxProvider, SandboxError } from 'daytona-sandbox-provider';

import { KEY, MODE, URL, ask } from './fake.mjs';
import { FAULTS, fetching, quietly, virtual } from './virtual-time.mjs';

const [CALLS, SEED] = [Number(process.env.CALLS), Number(process.env.SEED)];

/** Small, good enough, and the same everywhere. */
function random(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) % below;
  };
}

const real = fetch;
const draw = random(SEED);
/** One request in ten meets a fault; which, follows from its number. */
const fate = random(SEED + 1);
let struck = 0;
const strike = () => {
  const [meets, which] = [fate(10) === 0, fate(FAULTS.length)];
  if (meets) struck += 1;
  return meets ? FAULTS[which] : 'none';
};
// The nanoseconds of the clock spread back-offs.
Math.random = () => 0.5;
const provider = new DaytonaSandboxProvider({ poolId: 'pool-1', config: { snapshot: 'ubuntu:22.04' }, credential: { secret: KEY, apiUrl: URL }, mode: MODE, fetch: fetching(real, strike) });
// Compiling takes real time.
await provider.warm();
virtual();
if (provider.mode !== MODE) throw new Error(`the mode is ${provider.mode}`);

const handles = [];
const ids = new Map();
let heard = 0;

async function act(kind, session, which, more) {
  const handle = handles[which % Math.max(handles.length, 1)];
  if (kind < 3 || handle === undefined) {
    handles.push(await provider.provision({ sessionId: session, env: { A: String(more) }, labels: { team: 'x' } }));
    if (handles.length > 24) handles.shift();
    return 'handle';
  }
  switch (kind) {
    case 3: return provider.terminate(handle);
    case 4: return (await provider.locate(session)) === null;
    case 5: return (await provider.list()).items.length;
    case 6: return (await provider.reconcile(['s-1', 's-2', 's-3'], '2020-01-01T00:00:00Z', 0, 'look', { extensions: { 'max-requests': '24' } })).outcomes.length;
    case 7: return (await [provider.stop, provider.start, provider.keepAlive][more].call(provider, handle)).status;
    default: return (await provider.status(handle, { observe: more === 0 })).status;
  }
}

/** What the server heard since the last time, without what differs from run to run. */
async function requests() {
  const all = await (await real(`${URL.replace(/\/api$/, '')}/__fake/requests`)).json();
  for (const request of all.slice(heard)) {
    const text = `${request.method} ${request.path} ${JSON.stringify(request.body)} -> ${request.status}`;
    console.log(text
      .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => ids.get(id) ?? ids.set(id, `id-${ids.size}`).get(id))
      .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, 'a-time'));
  }
  heard = all.length;
}

for (let call = 0; call < CALLS; call += 1) {
  const [session, kind, which, more] = [`s-${draw(12)}`, draw(10), draw(1 << 20), draw(3)];
  const outcome = await quietly(act(kind, session, which, more)).catch((error) => {
    if (!(error instanceof SandboxError) || error.code === 'internal') throw error;
    return `${error.code} ${error.details.rule} ${error.maybeApplied}`;
  });
  console.log(`${call}: ${outcome}`);
}
await requests();
console.log(`struck ${struck}`);
// Not before everything is written: the reader may be slow.
process.stdout.write('', () => process.exit(0));
