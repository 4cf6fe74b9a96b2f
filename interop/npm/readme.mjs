// The README's TypeScript, held to the installed types as strictly as the compiler can. The first argument is the compiler.

import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

import { check } from './fake.mjs';

const [compiler] = process.argv.slice(2);
const text = readFileSync('node_modules/daytona-sandbox-provider/README.md', 'utf8');
const blocks = [...text.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code]) => code);
check('the README has code', blocks.length >= 4, blocks.length);

const LIBRARY = ['--lib', 'es2023,esnext.disposable,dom'];

function compile(name, files, options, right, library = LIBRARY) {
  mkdirSync(name, { recursive: true });
  for (const [file, code] of Object.entries(files)) writeFileSync(`${name}/${file}`, code);
  const arguments_ = [compiler, '--strict', '--noEmit', '--target', 'es2022', ...library, '--types', '', ...options];
  const { status, stdout } = spawnSync(process.execPath, [...arguments_, ...Object.keys(files).map((file) => `${name}/${file}`)], { encoding: 'utf8' });
  check(name, (status === 0) === right, stdout);
}

const environment = 'declare const process: { env: Record<string, string | undefined> };\n';
const files = Object.fromEntries(blocks.map((code, index) => [`block-${index}.ts`, `${code}\nexport {};\n`]));
const esm = { ...files, 'environment.d.ts': environment, 'package.json': '{ "type": "module" }' };
delete esm['package.json'];
mkdirSync('readme-esm', { recursive: true });
writeFileSync('readme-esm/package.json', '{ "type": "module" }');
compile('readme-esm', esm, ['--module', 'nodenext'], true);

// The same types for programs of the older kind of modules, and for bundlers.
const use = `import { DaytonaSandboxProvider, type Handle } from 'daytona-sandbox-provider';
import { createRawProvider } from 'daytona-sandbox-provider/raw';
import { nodeFetch, type Fetch } from 'daytona-sandbox-provider/node';
export const start = (p: DaytonaSandboxProvider): Promise<Handle> => p.provision({ sessionId: 's', env: new Map([['A', '1']]) });
export const raw = createRawProvider({ mode: 'auto', fetch: nodeFetch() });
export const wrapped: Fetch = (url, init) => fetch(url, init);
export const over: Array<typeof fetch | undefined> = [globalThis.fetch];
export const many = over.map((fetch) => createRawProvider({ fetch }));
export const inline = createRawProvider({ fetch: async (input, init) => fetch(input, init) });
`;
compile('readme-cjs', { 'use.cts': use }, ['--module', 'nodenext'], true);
compile('readme-bundler', { 'use.ts': use }, ['--module', 'esnext', '--moduleResolution', 'bundler'], true);

// What a project is that has no more than the compiler's defaults, and one of a server, whose types of Node have no WebAssembly.
const strict = ['--module', 'nodenext', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--verbatimModuleSyntax'];
const careful = `import { createPoolProvider, createSandboxProvider, DaytonaSandboxProvider, SandboxError } from 'daytona-sandbox-provider';
import { createRawProvider } from 'daytona-sandbox-provider/raw';
declare const maybe: { text: string | undefined; number: number | undefined; env: Record<string, string> | undefined };
export const provider = new DaytonaSandboxProvider({ poolId: 'p', credential: { secret: 'k', apiUrl: maybe.text }, deadlineMs: maybe.number });
export const handle = provider.provision({ sessionId: 's', image: maybe.text, env: maybe.env, resources: { vCpu: maybe.number, gpu: null } });
export const exec = async () => provider.process.exec(await handle, { argv: ['ls'], timeoutMs: maybe.number, env: maybe.env });
export const open = createSandboxProvider({ poolId: 'p' }).provision({ sessionId: 's', workerImage: null, resources: { vCpu: maybe.number } });
export const pool = createPoolProvider({ id: 'p', orgId: null, providerId: null }, null).provision({ sessionId: 's', config: null, registrationToken: maybe.text });
export const names: readonly string[] = createRawProvider().provider.provision.parameters;
export const used = async () => { await using p = new DaytonaSandboxProvider({ poolId: 'p' }); return p.version; };
export class Mine extends DaytonaSandboxProvider { readonly mine = 1; override async close() { await super.close(); } }
export class MyError extends SandboxError {}
`;
mkdirSync('readme-strict', { recursive: true });
writeFileSync('readme-strict/package.json', '{ "type": "module" }');
compile('readme-strict', { 'use.ts': careful }, strict, true, []);
const surroundings = `interface AbortSignal { readonly aborted: boolean; readonly reason: unknown }
declare const TextEncoder: { new (): { encode(text: string): Uint8Array } };
`;
compile('readme-strict', { 'use.ts': careful, 'surroundings.d.ts': surroundings }, strict, true, ['--lib', 'es2023']);
const module = `import core from 'daytona-sandbox-provider/core.wasm';
export const instance = (imports: WebAssembly.Imports) => new WebAssembly.Instance(core, imports);
`;
compile('readme-bundler', { 'core.ts': module }, ['--module', 'esnext', '--moduleResolution', 'bundler'], true);

// What a host of the open contract keeps a provider in.
const host = `import { createSandboxProvider } from 'daytona-sandbox-provider';
interface Hosted {
  readonly manifest: { apiVersion: 'rensei.dev/v1'; family: 'sandbox'; requires: { rensei: string }; entry: { kind: 'npm'; package: string; export?: string } };
  readonly capabilities: { transportModel: 'dial-in' | 'dial-out' | 'either'; regions: string[]; maxConcurrent: number | null };
  readonly scope: { level: 'project' | 'org' | 'tenant' | 'global'; selector?: object };
  readonly signature: { signer: string } | null;
  activate(host: { emit(event: object): void }): Promise<void>;
  deactivate(): Promise<void>;
  health?(): Promise<{ status: 'ready' } | { status: 'degraded'; reason: string; recoverableAt?: Date } | { status: 'unhealthy'; reason: string }>;
}
export const hosted: Hosted = createSandboxProvider({ poolId: 'p' });
`;
compile('readme-host', { 'use.ts': host }, ['--module', 'esnext', '--moduleResolution', 'bundler'], true);

// What is wrong is told by the compiler already.
for (const [name, wrong] of [
  ['an unknown key', "p.provision({ sessionId: 's', resources: { vcpu: 1 } })"],
  ['a number as text', "p.provision({ sessionId: 's', env: { PORT: 1 } })"],
  ['no session id', 'p.provision({})'],
  ['an unknown word', "p.reconcile([], '', 0, 'delete')"],
]) {
  compile(`readme-wrong`, { 'use.ts': `import type { DaytonaSandboxProvider } from 'daytona-sandbox-provider';\nexport const x = (p: DaytonaSandboxProvider) => ${wrong};\n` }, ['--module', 'nodenext'], false);
  console.log(`ok the compiler tells ${name}`);
}
