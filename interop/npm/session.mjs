// A whole session through the installed package, on a server of any generation, in any engine and mode; then mistakes of
// its users that only a server can tell.

import { DaytonaSandboxProvider, SandboxError, parseHandle } from 'daytona-sandbox-provider';

import { IMAGE, KEY, MODE, URL, ask, check, until } from './fake.mjs';
import { SENDS } from './sends.mjs';

const events = [];
const provider = new DaytonaSandboxProvider({
  poolId: 'pool-1',
  config: { image: IMAGE, diskGB: 8 },
  credential: async () => ({ secret: KEY, apiUrl: URL }),
  mode: MODE,
  fetch: SENDS,
  onEvent: (event) => events.push(event),
});
const spec = { sessionId: 'npm-session', env: { TOKEN: 'env-secret' }, labels: [['team', 'a']], resources: { vCpu: 1, timeoutSec: 1800 } };

/** What a generation may not offer. */
async function offered(name, act, holds) {
  try {
    const seen = await act();
    return check(name, holds(seen), seen);
  } catch (error) {
    return check(`${name} (${error.code})`, error instanceof SandboxError && ['unsupported', 'conflict'].includes(error.code), error);
  }
}

async function session() {
  if (MODE !== 'auto') check(`the mode is ${MODE}`, provider.mode === MODE);
  const findings = await provider.checkConfig();
  check('check', findings.every((finding) => finding.severity !== 'error'), findings);
  check('describe', (await provider.describe()).capabilities.maxVCpu === null && provider.capabilities.isA2ARemote === false);
  const handle = await provider.provision(spec);
  check('provision', handle.providerId === provider.id && handle.externalId && handle.metadata.dialect, handle);
  const stored = parseHandle(JSON.stringify(handle));
  let state;
  await until(async () => (state = await provider.status(stored)).status === 'running');
  check('status until running', state.status === 'running' && state.reason === null, state);
  const again = await provider.provision({ ...spec, labels: { team: 'a' } });
  check('the same session has the same sandbox', again.externalId === handle.externalId, again);
  check('locate', (await provider.locate('npm-session'))?.externalId === handle.externalId);
  check('locate nothing', (await provider.locate('npm-nobody')) === null);
  await offered('list', () => provider.list(), (page) => page.items.some((item) => item.handle.externalId === handle.externalId));
  await offered('keep alive', () => provider.keepAlive(handle), (seen) => seen.status === 'running');
  await offered('extend', () => provider.extend(handle, 3600), (seen) => seen.status === 'running');
  await offered('observe', () => provider.status(handle, { observe: true }), (seen) => seen.status === 'running');
  await offered('stop', () => provider.stop(handle), (seen) => seen.status === 'terminated');
  await offered('start', () => provider.start(handle), (seen) => ['running', 'provisioning'].includes(seen.status));
  const gone = await until(async () => (await provider.terminate(handle)) === 'gone');
  check('terminate until gone', gone && (await ask('GET', 'summary')).alive === 0);
  check('status of what is gone', (await provider.status(handle)).phase === 'destroyed');
}

async function refused(name, code, path, act) {
  try {
    const seen = await act();
    return check(name, false, seen);
  } catch (error) {
    const right = error instanceof SandboxError && error instanceof Error && error.code === code && (error.details.path ?? null) === path;
    return check(name, right, error);
  }
}

async function mistakes() {
  const wrong = { credential: { secret: 'dtn_wrong', apiUrl: URL } };
  await refused('a wrong key', 'unauthenticated', null, () => provider.provision({ sessionId: 'k' }, wrong));
  await refused('a wrong image', 'invalid-spec', 'spec.image', () => provider.provision({ sessionId: 'i', image: 'no image' }));
  await refused('no idle time', 'invalid-spec', 'spec.resources.timeoutSec', () => provider.provision({ sessionId: 't', resources: { timeoutSec: 0 } }));
  await refused('no deadline', 'invalid-spec', 'options.deadlineMs', () => provider.locate('d', { deadlineMs: 0 }));
}

function silence() {
  const told = JSON.stringify(events);
  check('events', events.some(({ type }) => type === 'request') && events.some(({ type }) => type === 'call'), events[0]);
  check('events tell no secret', !told.includes(KEY) && !told.includes('env-secret') && !told.includes('dtn_wrong'));
}

await session();
await mistakes();
silence();
await provider.close();
await refused('a closed provider', 'unavailable', null, () => provider.locate('x'));
console.log(`done ${provider.mode}`);
