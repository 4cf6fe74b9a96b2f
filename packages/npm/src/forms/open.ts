// Form A: a provider of the open contract, with the manifest by which hosts find it.

import { respelling, type Spelling } from './respell.ts';
import { withRegistrationToken } from './worker.ts';
import type { FlatCapabilities } from './flat.ts';
import { anything, option, pairs, record, text, u32 } from '../binding/abi.ts';
import { readCall, type Params } from '../check/call.ts';
import { own } from '../check/own.ts';
import { NOT_OFFERED } from '../check/problems.ts';
import { SandboxError, type InputProblem } from '../errors.ts';
import type { HandleInput, PairsInput, Spec, State } from '../generated/types.ts';
import { aHandle } from '../handle.ts';
import { CALL_OPTIONS, type GivenCallOptions } from '../given.ts';
import type { CallOptions, ProviderOptions } from '../options.ts';
import { DaytonaSandboxProvider } from '../provider.ts';

/** A session, as the open contract has it. Fields that other providers need are ignored. */
export interface SandboxSpec {
  readonly sessionId: string;
  readonly scope?: unknown;
  /** Reaches the worker as `DONMAI_REGISTRATION_TOKEN`, unless the environment has that already. */
  readonly registrationToken?: string | null | undefined;
  readonly resources?:
    | {
        readonly vCpu?: number | null | undefined;
        readonly memoryMb?: number | null | undefined;
        readonly diskMb?: number | null | undefined;
        readonly gpu?: unknown;
      }
    | null
    | undefined;
  readonly workerImage?: string | null | undefined;
  readonly envVars?: PairsInput | null | undefined;
  /** Not offered: a session that has one is refused, because it would run without. */
  readonly networkPolicy?: unknown;
  /** A lifetime. */
  readonly maxDurationSeconds?: number | null | undefined;
  readonly idleTimeoutSeconds?: number | null | undefined;
  readonly workareaProviderId?: unknown;
  readonly workareaSpec?: unknown;
  readonly region?: string | null | undefined;
}

/** A sandbox, as the open contract has it, with the provider's own facts beside. Survives JSON. */
export interface SandboxHandle {
  readonly providerId: string;
  readonly externalId: string;
  readonly transport: Readonly<Record<string, string>>;
  readonly provisionedAt: Date;
  readonly metadata: Readonly<Record<string, string>>;
}

/** What a handle may be when it comes back from a database. */
export type SandboxHandleInput = HandleInput & { readonly transport?: unknown; readonly provisionedAt?: unknown };

/** A sandbox's state, as the open contract has it. */
export type SandboxStatus =
  | { readonly state: 'provisioning' }
  | { readonly state: 'running' }
  | { readonly state: 'paused'; readonly pausedAt: Date }
  | { readonly state: 'terminated'; readonly reason: string; readonly terminatedAt: Date }
  | { readonly state: 'failed'; readonly error: string };

/** The manifest of a provider. */
export interface ProviderManifest {
  readonly apiVersion: 'rensei.dev/v1';
  readonly family: 'sandbox';
  readonly id: string;
  readonly version: string;
  readonly name: string;
  readonly description: string;
  readonly license: string;
  readonly requires: { readonly rensei: string };
  readonly entry: { readonly kind: 'npm'; readonly package: string; readonly export: string };
  readonly capabilitiesDeclared: FlatCapabilities;
}

/** How healthy a provider is. */
export type ProviderHealth =
  | { readonly status: 'ready' }
  | { readonly status: 'degraded'; readonly reason: string; readonly recoverableAt?: Date }
  | { readonly status: 'unhealthy'; readonly reason: string };

/** What is enforced around an agent, by dimension. Beside the manifest, whose validator refuses what is nested. A dimension
 * that is missing is the weakest. */
export const executionSecurityEnforcement = Object.freeze({
  fileRead: 'host',
  fileWrite: 'host',
  network: 'open',
  credentials: 'ambient-host-login',
  isolation: 'container',
} as const);

/** A provider of the open contract. */
export interface OpenSandboxProvider {
  readonly manifest: ProviderManifest;
  readonly capabilities: FlatCapabilities;
  /** Where it applies: everywhere, unless its host says otherwise. */
  readonly scope: { readonly level: 'global' };
  /** None: a signature is made by whoever publishes the manifest. */
  readonly signature: null;
  readonly executionSecurityEnforcement: typeof executionSecurityEnforcement;
  /** The provider behind it, for everything that this form does not have. */
  readonly provider: DaytonaSandboxProvider;
  /** Idempotent; a configuration that cannot work is refused here. */
  activate(host?: unknown): Promise<void>;
  /** Idempotent; never throws. */
  deactivate(): Promise<void>;
  health(): Promise<ProviderHealth>;
  provision(spec: SandboxSpec, options?: CallOptions): Promise<SandboxHandle>;
  status(handle: SandboxHandleInput, options?: CallOptions): Promise<SandboxStatus>;
  terminate(handle: SandboxHandleInput, options?: CallOptions): Promise<void>;
}

/** Makes a provider of the open contract. */
export function createSandboxProvider(options: ProviderOptions): OpenSandboxProvider {
  const provider = new DaytonaSandboxProvider(options);
  return {
    get manifest() {
      return manifestOf(provider);
    },
    get capabilities() {
      return provider.capabilities;
    },
    scope: { level: 'global' },
    signature: null,
    executionSecurityEnforcement,
    provider,
    async activate() {
      const problems = await configProblems(provider);
      if (problems.length > 0) {
        const message = `The pool's configuration cannot be used: ${reasonOf(problems)}`;
        const details = { rule: 'config', path: problems[0]!.path, problems: String(problems.length) };
        throw new SandboxError('invalid-config', message, { details, problems });
      }
      await provider.warm();
    },
    async deactivate() {
      await provider.close().catch(() => {});
    },
    health: () => healthOf(provider),
    async provision(...passed: unknown[]) {
      const [spec, callOptions] = readCall([['spec', SPEC], OPTIONS], passed) as [GivenSpec, GivenCallOptions];
      const { given, spelling } = translated(spec);
      const { providerId, externalId, metadata } = await provider.provision(given, callOptions).catch(respelling(spelling));
      return { providerId, externalId, transport: {}, provisionedAt: new Date(), metadata };
    },
    async status(...passed: unknown[]) {
      const [handle, callOptions] = readCall([HANDLE, OPTIONS], passed);
      return statusOf(await provider.status(handle, callOptions));
    },
    async terminate(...passed: unknown[]) {
      const [handle, callOptions] = readCall([HANDLE, OPTIONS], passed);
      await provider.terminate(handle, callOptions);
    },
  };
}

function manifestOf(provider: DaytonaSandboxProvider): ProviderManifest {
  return {
    apiVersion: 'rensei.dev/v1',
    family: 'sandbox',
    id: 'daytona.sandbox',
    version: provider.version,
    name: provider.displayName,
    description: 'Sandboxes on Daytona',
    license: 'Apache-2.0',
    requires: { rensei: '>=0.1.0' },
    entry: { kind: 'npm', package: 'daytona-sandbox-provider', export: 'createSandboxProvider' },
    capabilitiesDeclared: provider.capabilities,
  };
}

/** What is wrong with the configuration, each with what to do about it. */
async function configProblems(provider: DaytonaSandboxProvider): Promise<InputProblem[]> {
  const findings = await provider.checkConfig();
  const errors = findings.filter(({ severity }) => severity === 'error');
  return errors.map(({ path, message, remedy }) => ({
    path: path.replace(/^\$/, 'config'),
    message: remedy === null ? message : `${message} ${remedy}`,
  }));
}

const reasonOf = (problems: readonly InputProblem[]): string => problems.map(({ path, message }) => `${path}: ${message}`).join(' ');

async function healthOf(provider: DaytonaSandboxProvider): Promise<ProviderHealth> {
  try {
    const problems = await configProblems(provider);
    if (problems.length > 0) return { status: 'unhealthy', reason: reasonOf(problems) };
    const { condition, reason, until, findings } = await provider.diagnostics.health();
    if (condition === 'ready') return { status: 'ready' };
    const remedy = findings.find((finding) => finding.severity !== 'note' && finding.remedy !== null)?.remedy;
    const told = { reason: [reason ?? condition, remedy].join(' ').trim() };
    if (condition === 'unhealthy') return { status: 'unhealthy', ...told };
    return until == null ? { status: 'degraded', ...told } : { status: 'degraded', ...told, recoverableAt: new Date(until) };
  } catch (error) {
    if (!(error instanceof SandboxError)) return { status: 'unhealthy', reason: String(error) };
    const remedy = error.details['remedy'];
    const reason = remedy === undefined ? error.message : `${error.message} ${remedy}`;
    return error.retryable ? { status: 'degraded', reason } : { status: 'unhealthy', reason };
  }
}

function statusOf(state: State): SandboxStatus {
  switch (state.status) {
    case 'provisioning':
      return { state: 'provisioning' };
    case 'running':
      return { state: 'running' };
    case 'failed':
      return { state: 'failed', error: state.reason ?? 'Daytona gave no reason' };
    default:
      if (state.phase === 'paused') return { state: 'paused', pausedAt: new Date() };
      return { state: 'terminated', reason: state.reason ?? state.phase, terminatedAt: new Date() };
  }
}

const OPTIONS: Params[number] = ['options', CALL_OPTIONS];
const HANDLE: Params[number] = ['handle', aHandle];

/** What the session would run without. */
const notOffered = own((_, path, problems) => void problems.add(path, NOT_OFFERED, 'is not offered; the session would run without it'));

const SPEC = record([
  ['sessionId', text],
  ['scope', anything],
  ['registrationToken', option(text)],
  ['resources', record([
    ['vCpu', option(u32)],
    ['memoryMb', option(u32)],
    ['diskMb', option(u32)],
    // A number of them goes on to the provider, which offers none.
    ['gpu', own((value, path, problems) => (typeof value === 'number' ? value : problems.add(path, NOT_OFFERED, 'is not offered')))],
  ])],
  ['workerImage', option(text)],
  ['envVars', pairs],
  ['networkPolicy', notOffered],
  ['maxDurationSeconds', option(u32)],
  ['idleTimeoutSeconds', option(u32)],
  ['workareaProviderId', anything],
  ['workareaSpec', anything],
  ['region', option(text)],
]);

interface GivenSpec {
  readonly sessionId: string;
  readonly registrationToken: string | null;
  readonly resources: { readonly vCpu: number | null; readonly memoryMb: number | null; readonly diskMb: number | null; readonly gpu: number | null };
  readonly workerImage: string | null;
  readonly envVars: ReadonlyArray<readonly [string, string]>;
  readonly maxDurationSeconds: number | null;
  readonly idleTimeoutSeconds: number | null;
  readonly region: string | null;
}

/** A session in the provider's words, and what its fields are called here. */
function translated(spec: GivenSpec): { given: Spec; spelling: Spelling } {
  const { env, spelling } = withRegistrationToken(spec.envVars, spec.registrationToken);
  const given: Spec = {
    sessionId: spec.sessionId,
    image: spec.workerImage,
    env,
    resources: { ...spec.resources, timeoutSec: spec.idleTimeoutSeconds },
    maxDurationSec: spec.maxDurationSeconds,
    region: spec.region,
  };
  return { given, spelling: [...spelling, ...SPELLED] };
}

/** What the provider's own fields are called in this form. */
const SPELLED: Spelling = [
  ['spec.resources.timeoutSec', 'spec.idleTimeoutSeconds'],
  ['spec.maxDurationSec', 'spec.maxDurationSeconds'],
  ['spec.image', 'spec.workerImage'],
  ['spec.env', 'spec.envVars'],
];
