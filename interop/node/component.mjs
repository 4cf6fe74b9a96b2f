// The built component, unchanged, in Node through jco: a whole session against the server, and three errors.

import { provider } from './component/provider.js';

import { KEY, URL, ask, check, until } from './fake.mjs';

const CONFIG = JSON.stringify({ image: 'ghcr.io/acme/worker:1', diskGB: 8 });

const context = (secret = KEY, deadlineMs = 30_000) => ({
  poolId: 'pool-1',
  config: CONFIG,
  credential: { secret, apiUrl: URL },
  deadlineMs,
  extensions: [],
});

const spec = (sessionId, changed = {}) => ({
  sessionId,
  command: ['donmai', 'agent', 'run'],
  env: [['A', '1']],
  labels: [['team', 'a']],
  resources: { vcpu: 1, memoryMb: 1024, timeoutSec: 1800 },
  extensions: [],
  ...changed,
});

function refused(name, code, act) {
  try {
    act();
  } catch (error) {
    return check(name, error.payload?.code === code, error.payload ?? error);
  }
  return check(name, false, 'nothing was refused');
}

async function session() {
  const findings = provider.checkConfig(CONFIG);
  check('check', findings.every((finding) => finding.severity !== 'error'), findings);
  const handle = provider.provision(context(), spec('js-session'));
  check('provision', handle.providerId && handle.externalId, handle);
  let state;
  const running = await until(() => {
    state = provider.status(context(), handle);
    return state.status === 'running';
  });
  check('status until running', running, state);
  const found = provider.locate(context(), 'js-session');
  check('locate', found?.externalId === handle.externalId, found);
  const gone = await until(() => provider.terminate(context(), handle) === 'gone');
  check('terminate until gone', gone && (await ask('GET', 'summary')).alive === 0);
}

async function errors() {
  refused('a wrong key', 'unauthenticated', () => provider.provision(context('dtn_wrong'), spec('js-key')));
  refused('a wrong image', 'invalid-spec', () => provider.provision(context(), spec('js-image', { image: 'no image' })));
  await ask('POST', 'faults', { faults: ['too-many-requests'], method: 'GET', times: 20 });
  const handle = { providerId: 'daytona', externalId: '00000000-0000-4000-8000-000000000000', metadata: [] };
  refused('too many requests', 'rate-limited', () => provider.status(context(KEY, 2_000), handle));
  await ask('DELETE', 'faults');
}

await session();
await errors();
process.exit(0);
