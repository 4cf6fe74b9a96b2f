// The platform's two forms of a provider, and the worker's environment.

import { SandboxError, createPoolProvider, createSandboxProvider, executionSecurityEnforcement, parseHandle, workerEnvironment } from 'daytona-sandbox-provider';

import { IMAGE, KEY, MODE, URL, ask, check, until } from './fake.mjs';

const credential = () => ({ secret: KEY, apiUrl: URL });
const flat = (flags) => Object.values(flags).every((value) => value === null || ['string', 'number', 'boolean'].includes(typeof value) || (Array.isArray(value) && value.every((item) => typeof item === 'string')));
const created = async () => (await ask('GET', 'requests')).filter(({ method, status }) => method === 'POST' && status < 300).at(-1).body;

async function pool() {
  const row = { id: 'pool-b', orgId: 'org-1', providerId: 'daytona', name: 'B', isActive: true, config: { image: IMAGE, diskGB: 8 }, runtime_provides: { runtimeKinds: ['npm'], requirementKinds: ['git'] } };
  const provider = createPoolProvider(row, credential, { mode: MODE });
  check('B: its name', provider.id === 'daytona' && provider.displayName === 'Daytona');
  check('B: flat capabilities', flat(provider.capabilities) && provider.capabilities.maxVCpu === null && !('extensions' in provider.capabilities), provider.capabilities);
  check('B: the row replaces what the class provides', JSON.stringify(await provider.provides()) === JSON.stringify(row.runtime_provides));
  const handle = await provider.provision({ sessionId: 'b', env: { A: '1' }, registrationToken: 'reg', toolchainDemand: ['go'], config: { diskGB: 9 }, resources: { timeoutSec: 600 } });
  const body = await created();
  check('B: keys of the session win over the row’s', body.disk === 9 && body.buildInfo.dockerfileContent.includes(IMAGE), body);
  check('B: the registration token reaches the worker', body.env.DONMAI_REGISTRATION_TOKEN === 'reg' && body.env.A === '1', body.env);
  // The platform stores these two.
  const stored = JSON.parse(JSON.stringify({ externalId: handle.externalId, metadata: handle.metadata }));
  check('B: a status is a word', await until(async () => (await provider.status(stored)) === 'running'));
  for (const [name, command] of [['a line', 'echo "a b"'], ['words', ['sh', '-c', 'echo "a b"']]]) {
    const done = await provider.execCommand(stored, command).catch((error) => error);
    const ran = (await ask('GET', 'requests')).filter(({ path }) => path.endsWith('/process/execute')).at(-1)?.body.command;
    // The oldest servers run no command lines of the toolbox.
    check(`B: ${name}`, done instanceof SandboxError ? done.code !== 'internal' : Number.isInteger(done.exitCode) && ran.includes('sh -c') && ran.includes('a b'), [done, ran]);
  }
  check('B: terminate', ['requested', 'gone'].includes(await provider.terminate(stored)));
  await provider.close();
}

async function open() {
  const provider = createSandboxProvider({ poolId: 'pool-a', config: { image: IMAGE, diskGB: 8 }, credential, mode: MODE });
  const { manifest } = provider;
  const text = JSON.stringify(manifest);
  check('A: the manifest is JSON', text === JSON.stringify(JSON.parse(text)) && !Object.values(manifest).includes(undefined));
  check('A: its fields', manifest.apiVersion === 'rensei.dev/v1' && manifest.family === 'sandbox' && /^\d+\.\d+\.\d+/.test(manifest.version) && manifest.id && manifest.name && manifest.requires.rensei, manifest);
  check('A: its entry', manifest.entry.kind === 'npm' && manifest.entry.package === 'daytona-sandbox-provider' && manifest.entry.export === 'createSandboxProvider');
  check('A: flat capabilities', flat(manifest.capabilitiesDeclared), manifest.capabilitiesDeclared);
  check('A: a scope and no signature, which a host asks for', provider.scope.level === 'global' && provider.signature === null);
  check('A: execution security beside it', executionSecurityEnforcement.isolation === 'container' && !('executionSecurityEnforcement' in manifest));
  await provider.activate({});
  await provider.activate({});
  check('A: health', (await provider.health()).status === 'ready', await provider.health());
  const handle = await provider.provision({ sessionId: 'a', scope: {}, registrationToken: 'reg', envVars: { A: '1' }, resources: { vCpu: 1 }, idleTimeoutSeconds: 600, maxDurationSeconds: 3600 });
  check('A: a handle', handle.provisionedAt instanceof Date && typeof handle.transport === 'object', handle);
  check('A: the registration token reaches the worker', (await created()).env.DONMAI_REGISTRATION_TOKEN === 'reg');
  const stored = JSON.parse(JSON.stringify(handle));
  check('A: running', await until(async () => (await provider.status(stored)).state === 'running'));
  check('A: terminate says nothing', (await provider.terminate(stored)) === undefined);
  let state;
  await until(async () => (state = await provider.status(stored)).state === 'terminated');
  check('A: terminated', state.terminatedAt instanceof Date && typeof state.reason === 'string', state);
  check('A: the provider behind takes its handles', (await provider.provider.status(stored)).status === 'terminated');
  const parsed = parseHandle(JSON.stringify(handle));
  check('A: a stored handle is read', parsed.externalId === handle.externalId && !('transport' in parsed), parsed);
  await provider.deactivate();
  await provider.deactivate();
  check('A: not healthy after that', (await provider.health()).status === 'unhealthy', await provider.health());
  const wrong = createSandboxProvider({ poolId: 'pool-a', config: { diskGB: -1 }, credential, mode: MODE });
  const { status, reason } = await wrong.health();
  check('A: a wrong configuration is unhealthy, with what to do', status === 'unhealthy' && reason.includes('config.diskGB') && reason.includes('Write'), reason);
  const refused = await wrong.activate().catch((error) => error);
  check('A: and not activated', refused instanceof SandboxError && refused.code === 'invalid-config' && refused.problems[0].path === 'config.diskGB', refused);
  const vault = createSandboxProvider({ poolId: 'pool-a', config: { image: IMAGE }, credential: () => { throw new Error('sealed'); }, mode: MODE });
  check('A: a key that cannot be had', (await vault.health()).status === 'degraded', await vault.health());
  const locked = createSandboxProvider({ poolId: 'pool-a', config: { image: IMAGE }, credential: { secret: 'dtn_wrong', apiUrl: URL }, mode: MODE });
  const health = await locked.health();
  check('A: a wrong key, with what to do', health.status === 'unhealthy' && /key is|key:/i.test(health.reason) && health.reason.split('. ').length > 1, health);
}

function worker() {
  const { env, warnings } = workerEnvironment({
    sessionId: 's',
    daemonUrl: 'https://platform.example',
    sessionReadToken: 'read',
    env: { A: '1', DAYTONA_API_KEY: 'a-secret', DONMAI_PI_CONFINEMENT_READ: 'x', DONMAI_SESSION_ID: 'other' },
  });
  check('a worker’s variables', env.DONMAI_SESSION_ID === 's' && env.DONMAI_DAEMON_URL && env.DONMAI_SESSION_READ_TOKEN === 'read' && env.A === '1' && !('DONMAI_RUNTIME_JWT' in env), Object.keys(env));
  check('no credential of the host gets there', !('DAYTONA_API_KEY' in env), Object.keys(env));
  const names = warnings.map(({ name }) => name).sort().join();
  check('warnings', names === 'DAYTONA_API_KEY,DONMAI_PI_CONFINEMENT_READ,DONMAI_SESSION_ID' && !JSON.stringify(warnings).includes('a-secret'), warnings);
  const jwt = workerEnvironment({ sessionId: 's', daemonUrl: 'https://platform.example', runtimeJwt: 'jwt', env: { DONMAI_SESSION_READ_TOKEN: 'item', DONMAI_REGISTRATION_TOKEN: 'item' } });
  check('a bearer of the work item', !('DONMAI_SESSION_READ_TOKEN' in jwt.env) && jwt.env.DONMAI_RUNTIME_JWT === 'jwt' && jwt.warnings.length === 2, jwt.warnings);
}

await pool();
await open();
worker();
process.exit(0);
