// Mistakes of a TypeScript caller whose compiler was not asked. Each is an error with the path in the caller's own words, and
// nothing is sent.

import { DaytonaSandboxProvider, SandboxError, createPoolProvider, createSandboxProvider, parseHandle, workerEnvironment } from 'daytona-sandbox-provider';

import { KEY, URL, check } from './fake.mjs';

let sent = 0;
const options = {
  poolId: 'pool-1',
  credential: { secret: KEY, apiUrl: URL },
  fetch: (...rest) => {
    sent += 1;
    return fetch(...rest);
  },
};
const provider = new DaytonaSandboxProvider(options);
const open = createSandboxProvider(options);
const pool = createPoolProvider({ id: 'pool-1', providerId: 'daytona' }, options.credential, { fetch: options.fetch });
const handle = { providerId: 'daytona', externalId: '00000000-0000-4000-8000-000000000000', metadata: {} };
const spec = (changed) => provider.provision({ sessionId: 's', ...changed });
const half = '\ud83d';
const secret = 'dtn_a_secret_that_nobody_may_see';

/** What is done, the code, the path, and a word of the message. */
const MISTAKES = [
  ['an unknown key', () => spec({ sesionId: 's' }), 'invalid-spec', 'spec.sesionId', 'sessionId'],
  ['the name of another field', () => spec({ envVars: {} }), 'invalid-spec', 'spec.envVars', 'env'],
  ['the contract’s spelling', () => spec({ resources: { vcpu: 1 } }), 'invalid-spec', 'spec.resources.vcpu', 'vCpu'],
  ['a typing error', () => spec({ resources: { memroyMb: 1 } }), 'invalid-spec', 'spec.resources.memroyMb', 'memoryMb'],
  ['a fraction', () => spec({ resources: { vCpu: 1.5 } }), 'invalid-spec', 'spec.resources.vCpu', 'fraction'],
  ['a negative number', () => spec({ resources: { timeoutSec: -1 } }), 'invalid-spec', 'spec.resources.timeoutSec', 'negative'],
  ['not a number', () => spec({ resources: { diskMb: NaN } }), 'invalid-spec', 'spec.resources.diskMb', 'NaN'],
  ['infinity', () => spec({ maxDurationSec: Infinity }), 'invalid-spec', 'spec.maxDurationSec', 'infinite'],
  ['too large a number', () => spec({ maxDurationSec: 2 ** 40 }), 'invalid-spec', 'spec.maxDurationSec', 'more'],
  ['a number in quotes', () => spec({ resources: { vCpu: '2' } }), 'invalid-spec', 'spec.resources.vCpu', 'text'],
  ['a bigint', () => spec({ resources: { vCpu: 2n } }), 'invalid-spec', 'spec.resources.vCpu', 'bigint'],
  ['a list where an object is', () => spec({ resources: [] }), 'invalid-spec', 'spec.resources', 'a list'],
  ['a value that is a number', () => spec({ env: { PORT: 8080 } }), 'invalid-spec', 'spec.env.PORT', 'String('],
  ['a value that is nothing', () => spec({ env: { TOKEN: undefined } }), 'invalid-spec', 'spec.env.TOKEN', 'leave it out'],
  ['a name with dots', () => spec({ env: { 'a.b': null } }), 'invalid-spec', 'spec.env["a.b"]', 'null'],
  ['pairs that are none', () => spec({ env: [['A', '1'], ['B']] }), 'invalid-spec', 'spec.env[1]', 'pair'],
  ['env as text', () => spec({ env: 'A=1' }), 'invalid-spec', 'spec.env', 'object'],
  ['a command as text', () => spec({ command: 'donmai agent run' }), 'invalid-spec', 'spec.command', 'list'],
  ['a word that is none', () => spec({ command: ['donmai', 1] }), 'invalid-spec', 'spec.command[1]', 'number'],
  ['half a character', () => spec({ env: { A: half } }), 'invalid-spec', 'spec.env.A', 'surrogate'],
  ['no session', () => provider.provision(), 'invalid-spec', 'spec', 'missing'],
  ['no session id', () => provider.provision({}), 'invalid-spec', 'spec.sessionId', 'missing'],
  ['an empty session id', () => spec({ sessionId: '' }), 'invalid-spec', 'spec.sessionId', 'empty'],
  ['a handle that is its id', () => provider.status(handle.externalId), 'invalid-spec', 'handle', 'text'],
  ['a promise of a handle', () => provider.status(Promise.resolve(handle)), 'invalid-spec', 'handle', 'awaited'],
  ['a handle without an id', () => provider.terminate({ ...handle, externalId: undefined }), 'invalid-spec', 'handle.externalId', 'missing'],
  ['another provider’s handle', () => provider.status({ ...handle, providerId: 'e2b' }), 'invalid-spec', 'handle.providerId', 'e2b'],
  ['seconds as text', () => provider.extend(handle, '60'), 'invalid-spec', 'seconds', 'text'],
  ['a mode that does not exist', () => provider.reconcile([], '2026-01-01T00:00:00Z', 0, 'delete'), 'invalid-spec', 'mode', 'look'],
  ['no known sessions', () => provider.reconcile(undefined, '2026-01-01T00:00:00Z', 0, 'look'), 'invalid-spec', 'knownSessions', 'missing'],
  ['a deadline in seconds and a fraction', () => provider.status(handle, { deadlineMs: 0.5 }), 'invalid-spec', 'options.deadlineMs', 'fraction'],
  ['an unknown option', () => provider.status(handle, { timeout: 1 }), 'invalid-spec', 'options.timeout', 'known'],
  ['a signal that is none', () => provider.status(handle, { signal: true }), 'invalid-spec', 'options.signal', 'AbortSignal'],
  ['one parameter too many', () => provider.status(handle, {}, 1), 'invalid-spec', 'options', 'more'],
  ['a key as text', () => new DaytonaSandboxProvider({ poolId: 'p', credential: secret }), 'invalid-config', 'credential', 'object'],
  ['another name for the key', () => new DaytonaSandboxProvider({ poolId: 'p', credential: { apiKey: secret } }), 'invalid-config', 'credential.apiKey', 'secret'],
  ['a callback that gives text', () => new DaytonaSandboxProvider({ ...options, credential: () => secret }).status(handle), 'invalid-config', 'credential', 'object'],
  ['no pool', () => new DaytonaSandboxProvider({}), 'invalid-config', 'poolId', 'missing'],
  ['an unknown option of the provider', () => new DaytonaSandboxProvider({ poolId: 'p', image: 'x' }), 'invalid-config', 'image', 'known'],
  ['a configuration that JSON cannot hold', () => new DaytonaSandboxProvider({ poolId: 'p', config: { diskGB: 8n } }), 'invalid-config', 'config.diskGB', 'bigint'],
  ['a configuration of another type', () => provider.provision({ sessionId: 's' }, { config: { image: 1 } }), 'invalid-config', '$.image', ''],
  ['form A: a typing error', () => open.provision({ sessionId: 's', envVar: {} }), 'invalid-spec', 'spec.envVar', 'envVars'],
  ['form A: what Daytona refuses', () => open.provision({ sessionId: 's', workerImage: 'no image' }), 'invalid-spec', 'spec.workerImage', 'workerImage'],
  ['form A: network rules', () => open.provision({ sessionId: 's', networkPolicy: {} }), 'unsupported', 'spec.networkPolicy', 'without'],
  ['form B: another provider’s row', () => createPoolProvider({ id: 'p', providerId: 'e2b' }, null), 'invalid-config', 'row.providerId', 'another'],
  ['form B: a handle without an id', () => pool.status({}), 'invalid-spec', 'handle.externalId', 'missing'],
  ['a stored handle that is no JSON', () => parseHandle('{'), 'invalid-spec', 'handle', 'JSON'],
  ['a worker without its session', () => workerEnvironment({ daemonUrl: 'x' }), 'invalid-spec', 'session.sessionId', 'missing'],
];

for (const [name, act, code, path, word] of MISTAKES) {
  let error = null;
  try {
    await act();
  } catch (thrown) {
    error = thrown;
  }
  const right =
    error instanceof SandboxError && error.code === code && error.details.path === path && error.message.includes(word);
  check(name, right, error ?? 'nothing was refused');
  check(`${name}: no secret`, !JSON.stringify(error).includes(secret) && !String(error.stack).includes(secret));
}
check('nothing was sent', sent === 0, sent);

const several = await spec({ env: 1, labels: 2, image: 3 }).catch((error) => error);
check('all problems at once', several.problems.map(({ path }) => path).join() === 'spec.image,spec.env,spec.labels', several.problems);
check('an error survives JSON', JSON.parse(JSON.stringify(several)).details.problems === '3');
