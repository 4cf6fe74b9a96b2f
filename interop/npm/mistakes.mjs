// Mistakes of a TypeScript caller whose compiler was not asked. Each is an error with the path in the caller's own words, and
// nothing is sent.

import { DaytonaSandboxProvider, SandboxError, createPoolProvider, createSandboxProvider, parseHandle, workerEnvironment } from 'daytona-sandbox-provider';
import { createRawProvider } from 'daytona-sandbox-provider/raw';

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
const evil = new Proxy({}, { get() { throw new Error(secret); }, has() { throw new Error(secret); }, ownKeys() { throw new Error(secret); }, getPrototypeOf() { throw new Error(secret); } });
const throwing = { get A() { throw new Error(secret); } };
const environment = (given) => new DaytonaSandboxProvider({ ...options, credential: null, environment: given }).locate('s');
const configured = (config) => new DaytonaSandboxProvider({ ...options, config });
class Shown {
  toString() {
    return secret;
  }
}

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
  ['a configuration of another type', () => provider.provision({ sessionId: 's' }, { config: { image: 1 } }), 'invalid-config', 'options.config.image', 'text'],
  ['form A: a typing error', () => open.provision({ sessionId: 's', envVar: {} }), 'invalid-spec', 'spec.envVar', 'envVars'],
  ['form A: what Daytona refuses', () => open.provision({ sessionId: 's', workerImage: 'no image' }), 'invalid-spec', 'spec.workerImage', 'workerImage'],
  ['form A: network rules', () => open.provision({ sessionId: 's', networkPolicy: {} }), 'unsupported', 'spec.networkPolicy', 'without'],
  ['form B: another provider’s row', () => createPoolProvider({ id: 'p', providerId: 'e2b' }, null), 'invalid-config', 'row.providerId', 'another'],
  ['form B: a handle without an id', () => pool.status({}), 'invalid-spec', 'handle.externalId', 'missing'],
  // What looks like an object and has nothing in it that would be sent.
  ['env as headers', () => spec({ env: new Headers({ A: '1' }) }), 'invalid-spec', 'spec.env', 'Object.fromEntries('],
  ['env as a query', () => spec({ env: new URLSearchParams('A=1') }), 'invalid-spec', 'spec.env', 'URLSearchParams'],
  ['env as a generator', () => spec({ env: (function* () { yield ['A', '1']; })() }), 'invalid-spec', 'spec.env', 'Object.fromEntries('],
  ['env as a set', () => spec({ env: new Set(['A']) }), 'invalid-spec', 'spec.env', 'Set'],
  ['env as a weak map', () => spec({ env: new WeakMap() }), 'invalid-spec', 'spec.env', 'WeakMap'],
  ['env as an error', () => spec({ env: new Error('x') }), 'invalid-spec', 'spec.env', 'an Error'],
  ['labels as a promise', () => spec({ labels: Promise.resolve({}) }), 'invalid-spec', 'spec.labels', 'awaited'],
  ['resources as a query', () => spec({ resources: new URLSearchParams('vCpu=1') }), 'invalid-spec', 'spec.resources', 'object'],
  ['a session as a map', () => provider.provision(new Map([['sessionId', 's']])), 'invalid-spec', 'spec', 'a Map'],
  ['a session as an address', () => provider.provision(new globalThis.URL('http://localhost')), 'invalid-spec', 'spec', 'a URL'],
  ['a session as a date', () => provider.provision(new Date()), 'invalid-spec', 'spec', 'a Date'],
  ['options as a signal', () => provider.status(handle, AbortSignal.abort()), 'invalid-spec', 'options', 'AbortSignal'],
  ['options as a number', () => provider.status(handle, 5_000), 'invalid-spec', 'options', 'a number'],
  ['a controller in place of its signal', () => provider.status(handle, { signal: new AbortController() }), 'invalid-spec', 'options.signal', 'an AbortController'],
  ['an event target as a signal', () => provider.status(handle, { signal: new EventTarget() }), 'invalid-spec', 'options.signal', 'AbortSignal'],
  // Values that are none where they are looked for.
  ['a hole in the words', () => spec({ command: [, 'run'] }), 'invalid-spec', 'spec.command[0]', 'missing'],
  ['a hole in the pairs', () => spec({ env: [, ['A', '1']] }), 'invalid-spec', 'spec.env[0]', 'pair'],
  ['a text in a box', () => spec({ env: { A: new String('1') } }), 'invalid-spec', 'spec.env.A', 'a String'],
  ['a number in a box', () => spec({ resources: { vCpu: new Number(1) } }), 'invalid-spec', 'spec.resources.vCpu', 'a Number'],
  ['an object that is a number when asked', () => spec({ resources: { vCpu: { valueOf: () => 1 } } }), 'invalid-spec', 'spec.resources.vCpu', 'object'],
  ['an instance as a value', () => spec({ env: { A: new Shown() } }), 'invalid-spec', 'spec.env.A', 'a Shown'],
  ['a map with names that are none', () => spec({ env: new Map([[1, 'x']]) }), 'invalid-spec', 'spec.env["1"]', 'name'],
  ['true for a number', () => spec({ resources: { gpu: true } }), 'invalid-spec', 'spec.resources.gpu', 'boolean'],
  ['a getter that throws', () => spec({ env: throwing }), 'invalid-spec', 'spec.env', 'cannot be read'],
  ['a proxy that throws', () => spec({ labels: new Proxy({}, { ownKeys() { throw new Error(secret); } }) }), 'invalid-spec', 'spec.labels', 'cannot be read'],
  ['another spelling', () => provider.provision({ session_id: 's' }), 'invalid-spec', 'spec.session_id', 'did you mean sessionId?'],
  ['a typing error in the name of another field', () => spec({ sesion: 's' }), 'invalid-spec', 'spec.sesion', 'did you mean sessionId?'],
  ['a key of the prototype', () => provider.provision(JSON.parse('{"sessionId":"s","__proto__":{"env":{}}}')), 'invalid-spec', 'spec.__proto__', 'known'],
  ['a very large environment', () => spec({ env: { A: 'x'.repeat(3_000_000) } }), 'invalid-spec', 'spec.env.A', '131071'],
  ['very many variables', () => spec({ env: Object.fromEntries(Array.from({ length: 50_000 }, (_, at) => [`N${at}`, ''])) }), 'invalid-spec', 'spec.env', '1000'],
  ['a date for a text', () => provider.reconcile([], new Date(), 0, 'look'), 'invalid-spec', 'knownAsOf', 'a Date'],
  ['a method without its provider', () => { const { provision } = provider; return provision({ sessionId: 's' }); }, 'invalid-spec', 'provision', 'without its provider'],
  // Options of a provider.
  ['no options', () => new DaytonaSandboxProvider(null), 'invalid-config', 'options', 'null'],
  ['options as text', () => new DaytonaSandboxProvider('pool-1'), 'invalid-config', 'options', 'text'],
  ['no options of the raw contract', () => createRawProvider(null), 'invalid-config', 'options', 'null'],
  ['a configuration with an instance', () => configured({ image: new Shown() }), 'invalid-config', 'config.image', 'a Shown'],
  ['a configuration with its own JSON', () => configured({ image: { tag: 'x', toJSON: () => 1n } }), 'invalid-config', 'config.image', 'JSON'],
  ['a configuration that throws', () => configured(throwing), 'invalid-config', 'config', 'cannot be read'],
  ['a configuration that contains itself', () => { const config = {}; config.a = { config }; return configured(config.a); }, 'invalid-config', 'config.config.a', 'itself'],
  ['an address that is an object', () => new DaytonaSandboxProvider({ poolId: 'p', credential: { secret, apiUrl: new globalThis.URL('http://localhost') } }), 'invalid-config', 'credential.apiUrl', 'a URL'],
  ['a call’s key as text', () => provider.status(handle, { credential: secret }), 'invalid-config', 'options.credential', 'text'],
  ['an environment of numbers', () => environment({ DAYTONA_API_KEY: 5 }), 'invalid-config', 'environment.DAYTONA_API_KEY', 'text'],
  ['an environment as a map', () => environment(new Map([['DAYTONA_API_KEY', secret]])), 'invalid-config', 'environment', 'a Map'],
  ['an environment that comes later', () => environment(async () => ({ DAYTONA_API_KEY: secret })), 'invalid-config', 'environment', 'awaited'],
  ['an environment that does not come', () => environment(() => undefined), 'invalid-config', 'environment', 'nothing'],
  ['an environment that throws', () => environment(() => { throw new Error('the file is gone'); }), 'unavailable', undefined, 'environment callback'],
  ['a key that throws', () => new DaytonaSandboxProvider({ ...options, credential: () => { throw secret; } }).locate('s'), 'unavailable', undefined, 'credential callback'],
  ['form B: a column of another type', () => createPoolProvider({ id: 'p', orgId: 5 }, null), 'invalid-config', 'row.orgId', 'text'],
  ['form B: a column with a wrong key', () => createPoolProvider({ id: 'p', config: { diskGB: NaN } }, null), 'invalid-config', 'row.config.diskGB', 'JSON'],
  ['form B: a wrong value beside a token', () => pool.provision({ sessionId: 's', registrationToken: secret, env: { A: 1 } }), 'invalid-spec', 'spec.env.A', 'String('],
  ['form B: a token that is a number', () => pool.provision({ sessionId: 's', registrationToken: 5 }), 'invalid-spec', 'spec.registrationToken', 'number'],
  ['form B: options as a number', () => pool.provision({ sessionId: 's', config: {} }, 5), 'invalid-spec', 'options', 'number'],
  ['form B: a command that is a number', () => pool.execCommand(handle, 5), 'invalid-spec', 'command', 'list'],
  ['form B: what a row provides', () => createPoolProvider({ id: 'p', runtime_provides: { runtimekinds: [] } }, null), 'invalid-config', 'row.runtime_provides.runtimekinds', 'runtimeKinds?'],
  ['a stored handle with more in it', () => parseHandle(JSON.stringify({ ...handle, createdAt: 'x' })), 'invalid-spec', 'handle.createdAt', 'known'],
  ['a stored handle of another provider', () => parseHandle({ ...handle, providerId: 'e2b' }), 'invalid-spec', 'handle.providerId', 'another provider'],
  ['a worker without a session id', () => workerEnvironment({ sessionId: '', daemonUrl: 'x' }), 'invalid-spec', 'session.sessionId', 'empty'],
  ['a stored handle that is no JSON', () => parseHandle('{'), 'invalid-spec', 'handle', 'JSON'],
  // What is found by the component is told in the same words.
  ['a configuration of the provider', () => new DaytonaSandboxProvider({ ...options, config: { image: 1 } }).provision({ sessionId: 's' }), 'invalid-config', 'config.image', 'text'],
  ['form B: a column of the configuration', () => createPoolProvider({ id: 'p', config: { image: 1 } }, options.credential).provision({ sessionId: 's' }), 'invalid-config', 'row.config.image', 'text'],
  ['form B: a session’s configuration', () => pool.provision({ sessionId: 's', config: { image: 1 } }), 'invalid-config', 'spec.config.image', 'text'],
  ['form B: a session’s configuration over that of the call', () => pool.provision({ sessionId: 's', config: { cpu: 1 } }, { config: { image: 1 } }), 'invalid-config', 'options.config.image', 'text'],
  ['form B: an option of the call that is nothing', () => pool.provision({ sessionId: 's', config: { image: 1 } }, { config: undefined }), 'invalid-config', 'spec.config.image', 'text'],
  ['form B: a column beside a session’s configuration', () => createPoolProvider({ id: 'p', config: { cpu: 'x' } }, options.credential).provision({ sessionId: 's', config: { diskGB: 9 } }), 'invalid-config', 'row.config.cpu', 'text'],
  ['a configuration with inherited fields', () => configured(Object.assign(Object.create({ image: 'x' }), { diskGB: 9 })), 'invalid-config', 'config', 'inherited'],
  ['form A: a registration token', () => open.provision({ sessionId: 's', registrationToken: 'a\0b' }), 'invalid-spec', 'spec.registrationToken', 'NUL'],
  ['form A: several that Daytona refuses', () => open.provision({ sessionId: 's', workerImage: 'no image', maxDurationSeconds: 0 }), 'invalid-spec', 'spec.workerImage', 'spec.maxDurationSeconds'],
  ['an extension of the context', () => provider.status(handle, { extensions: { 'max-requests': 'x' } }), 'invalid-spec', 'options.extensions["max-requests"]', 'whole number'],
  ['a variable with a strange name', () => spec({ env: { 'a.b=c': '1' } }), 'invalid-spec', 'spec.env["a.b=c"]', '='],
  ['an address of the key', () => new DaytonaSandboxProvider({ ...options, credential: { secret, apiUrl: 'x' } }).status(handle), 'invalid-config', 'credential.apiUrl', ''],
  ['a deadline of no time', () => provider.status(handle, { deadlineMs: 0 }), 'invalid-spec', 'options.deadlineMs', '3600000'],
  ['a deadline of the provider', () => new DaytonaSandboxProvider({ ...options, deadlineMs: 4e9 }), 'invalid-config', 'deadlineMs', '3600000'],
  ['no key and no environment', () => new DaytonaSandboxProvider({ poolId: 'p' }).status(handle), 'unauthenticated', undefined, ''],
  // What is written in another place, or in another interface's words.
  ['a size beside the sizes', () => spec({ vCpu: 1 }), 'invalid-spec', 'spec.vCpu', 'did you mean resources.vCpu?'],
  ['form A: an idle time among the sizes', () => open.provision({ sessionId: 's', resources: { timeoutSec: 1 } }), 'invalid-spec', 'spec.resources.timeoutSec', 'spec.idleTimeoutSeconds?'],
  ['form A: the class’s word', () => open.provision({ sessionId: 's', image: 'x' }), 'invalid-spec', 'spec.image', 'workerImage?'],
  ['a key for a credential', () => new DaytonaSandboxProvider({ poolId: 'p', apiKey: secret }), 'invalid-config', 'apiKey', 'credential?'],
  ['a command by another name', () => provider.process.exec(handle, { command: ['ls'] }), 'invalid-spec', 'command.command', 'argv?'],
  ['form B: a token by another name', () => pool.provision({ sessionId: 's', registration_token: 'x' }), 'invalid-spec', 'spec.registration_token', 'registrationToken?'],
  ['form B: an option that a row has', () => createPoolProvider({ id: 'p' }, null, { config: {} }), 'invalid-config', 'options.config', 'known'],
  ['form B: options as a map', () => createPoolProvider({ id: 'p' }, null, new Map()), 'invalid-config', 'options', 'a Map'],
  ['form B: a promise of a row', () => createPoolProvider(Promise.resolve({ id: 'p' }), null), 'invalid-config', 'row', 'awaited'],
  ['form B: a promise of a handle', () => pool.status(Promise.resolve(handle)), 'invalid-spec', 'handle', 'awaited'],
  ['form B: a promise of a session', () => pool.provision(Promise.resolve({ sessionId: 's' })), 'invalid-spec', 'spec', 'awaited'],
  ['form B: a session’s configuration as a map', () => pool.provision({ sessionId: 's', config: new Map([['image', 'x']]) }), 'invalid-spec', 'spec.config', 'a Map'],
  ['form B: a session’s configuration that has to be awaited', () => pool.provision({ sessionId: 's', config: Promise.resolve({}) }), 'invalid-spec', 'spec.config', 'awaited'],
  ['form B: one parameter too many', () => pool.status(handle, {}, 1), 'invalid-spec', 'options', 'more'],
  ['form A: a handle as a date', () => open.status(new Date()), 'invalid-spec', 'handle', 'a Date'],
  // What a caller's own code does while it is read.
  ['options that throw', () => provider.status(handle, { get signal() { throw new Error(secret); } }), 'invalid-spec', 'options.signal', 'cannot be read'],
  ['options of a provider that throw', () => new DaytonaSandboxProvider({ poolId: 'p', get fetch() { throw new Error(secret); } }), 'invalid-config', 'fetch', 'cannot be read'],
  ['options that are a proxy', () => new DaytonaSandboxProvider(evil), 'invalid-config', 'options', 'cannot be read'],
  ['an environment that is a proxy', () => environment(evil), 'invalid-config', 'environment', 'cannot be read'],
  ['an environment that returns a proxy', () => environment(() => evil), 'invalid-config', 'environment', 'cannot be read'],
  ['an environment that throws a proxy', () => environment(() => { throw evil; }), 'unavailable', undefined, 'environment callback'],
  ['a key that throws a proxy', () => new DaytonaSandboxProvider({ ...options, credential: () => { throw evil; } }).status(handle), 'unavailable', undefined, 'credential callback'],
  ['a key that is a proxy', () => new DaytonaSandboxProvider({ ...options, credential: () => evil }).status(handle), 'unavailable', undefined, 'credential callback'],
  ['origins that are a proxy', () => new DaytonaSandboxProvider({ ...options, allowedOrigins: evil }), 'invalid-config', 'allowedOrigins', 'not'],
  ['a stored handle that throws', () => parseHandle({ ...handle, get externalId() { throw new Error(secret); } }), 'invalid-spec', 'handle.externalId', 'cannot be read'],
  ['a handle with a very long id', () => provider.status({ ...handle, providerId: 'x'.repeat(2_000_000) }), 'invalid-spec', 'handle.providerId', 'longer'],
  ['a stored handle with a control character', () => parseHandle({ ...handle, externalId: 'a\0b' }), 'invalid-spec', 'handle.externalId', 'control'],
  ['a worker whose session throws', () => workerEnvironment({ daemonUrl: 'https://x', get sessionId() { throw new Error(secret); } }), 'invalid-spec', 'session.sessionId', 'cannot be read'],
  ['a worker without an address', () => workerEnvironment({ sessionId: 's', daemonUrl: 'platform.example' }), 'invalid-spec', 'session.daemonUrl', 'https://'],
  ['form A: a handle that throws', () => open.terminate({ ...handle, get metadata() { throw new Error(secret); } }), 'invalid-spec', 'handle.metadata', 'cannot be read'],
  ['form B: a session that throws', () => pool.provision({ sessionId: 's', get env() { throw new Error(secret); } }), 'invalid-spec', 'spec.env', 'cannot be read'],
  ['form B: a row that throws', () => createPoolProvider({ get id() { throw new Error(secret); } }, null), 'invalid-config', 'row', 'cannot be read'],
  // Fields that would be lost, or are none.
  ['inherited variables', () => spec({ env: Object.assign(Object.create({ A: '1' }), { B: '2' }) }), 'invalid-spec', 'spec.env', 'inherited'],
  ['variables of a getter', () => spec({ env: new (class Env { B = '2'; get A() { return '1'; } })() }), 'invalid-spec', 'spec.env', 'inherited'],
  ['an inherited unknown key', () => provider.provision(Object.create({ sessionId: 's', envv: {} })), 'invalid-spec', 'spec.envv', 'env?'],
  ['an environment as a date', () => environment(new Date()), 'invalid-config', 'environment', 'a Date'],
  ['options of a provider as a map', () => new DaytonaSandboxProvider(new Map()), 'invalid-config', 'options', 'a Map'],
  ['a configuration that is very deep', () => configured(JSON.parse('{"a":'.repeat(5_000) + '1' + '}'.repeat(5_000))), 'invalid-config', 'config', 'levels'],
  ['very many words that are none', () => { const command = []; command.length = 3_000_000; return spec({ command }); }, 'invalid-spec', 'spec.command[0]', '50 and more'],
  ['very many unknown keys', () => spec(Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`k${at}`, 1]))), 'invalid-spec', 'spec.k0', '50 and more'],
  ['a very long unknown key', () => spec({ ['k'.repeat(2_000_000)]: 1 }), 'invalid-spec', `spec["${'k'.repeat(64)}…"]`, 'known'],
  ['a key in the place of its name', () => new DaytonaSandboxProvider({ poolId: 'p', credential: { [secret]: 'secret' } }), 'invalid-config', 'credential["…"]', 'known'],
  ['all of it at once', () => provider.provision({ sesionId: 's' }, { timeout: 1 }), 'invalid-spec', 'spec.sesionId', 'options.timeout'],
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

// What is done to a value after the call was made is another value, which nobody has checked.
const late = { sessionId: 's', env: { A: 'before' } };
let body = '';
const fetching = async (_, init) => {
  if (init.body !== undefined) body = new TextDecoder().decode(init.body);
  return new Response('{}', { status: 500 });
};
const call = new DaytonaSandboxProvider({ ...options, fetch: fetching, config: { snapshot: 'x' }, deadlineMs: 300 }).provision(late).catch((error) => error);
late.env.A = 5;
late.sessionId = null;
check('a value that changes after the call', (await call) instanceof SandboxError && body.includes('"A":"before"'), body);
check('the whole environment of a process', (await provider.checkConfig({})) !== null && (await environment(process.env).catch((error) => error)).code === 'unauthenticated');
