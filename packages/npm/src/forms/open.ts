// Form A: a provider of the open contract, with the manifest by which hosts find it.

import { respelling, type Spelling } from './respell.ts';
import { REGISTRATION_TOKEN } from './worker.ts';
import type { FlatCapabilities } from './flat.ts';
import { anything, entriesOf, option, pairs, record, text, u32 } from '../binding/abi.ts';
import { refuse } from '../check/refuse.ts';
import { check, type Problem } from '../check/walk.ts';
import { SandboxError } from '../errors.ts';
import type { HandleInput, PairsInput, Spec, State } from '../generated/types.ts';
import type { CallOptions, ProviderOptions } from '../options.ts';
import { DaytonaSandboxProvider } from '../provider.ts';

/** A session, as the open contract has it. Fields that other providers need are ignored. */
export interface SandboxSpec {
  readonly sessionId: string;
  readonly scope?: unknown;
  /** Reaches the worker as `DONMAI_REGISTRATION_TOKEN`, unless the environment has that already. */
  readonly registrationToken?: string | undefined;
  readonly resources?: { readonly vCpu?: number; readonly memoryMb?: number; readonly diskMb?: number; readonly gpu?: unknown } | undefined;
  readonly workerImage?: string | undefined;
  readonly envVars?: PairsInput | undefined;
  /** Not offered: a session that has one is refused, because it would run without. */
  readonly networkPolicy?: unknown;
  /** A lifetime. */
  readonly maxDurationSeconds?: number | undefined;
  readonly idleTimeoutSeconds?: number | undefined;
  readonly workareaProviderId?: unknown;
  readonly workareaSpec?: unknown;
  readonly region?: string | undefined;
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
      const problem = await configProblem(provider);
      if (problem !== null) throw new SandboxError('invalid-config', problem, { details: { rule: 'config' } });
      await provider.warm();
    },
    async deactivate() {
      await provider.close().catch(() => {});
    },
    health: () => healthOf(provider),
    async provision(spec, callOptions) {
      checkSpec(spec);
      const { providerId, externalId, metadata } = await provider.provision(translated(spec), callOptions).catch(respelling(SPELLED));
      return { providerId, externalId, transport: {}, provisionedAt: new Date(), metadata };
    },
    async status(handle, callOptions) {
      return statusOf(await provider.status(plain(handle), callOptions));
    },
    async terminate(handle, callOptions) {
      await provider.terminate(plain(handle), callOptions);
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

async function configProblem(provider: DaytonaSandboxProvider): Promise<string | null> {
  const findings = await provider.checkConfig();
  const errors = findings.filter(({ severity }) => severity === 'error');
  return errors.length === 0 ? null : errors.map(({ path, message }) => `${path}: ${message}`).join(' ');
}

async function healthOf(provider: DaytonaSandboxProvider): Promise<ProviderHealth> {
  const problem = await configProblem(provider);
  if (problem !== null) return { status: 'unhealthy', reason: problem };
  try {
    const { condition, reason, until } = await provider.diagnostics.health();
    if (condition === 'ready') return { status: 'ready' };
    const told = { reason: reason ?? condition };
    if (condition === 'unhealthy') return { status: 'unhealthy', ...told };
    return until == null ? { status: 'degraded', ...told } : { status: 'degraded', ...told, recoverableAt: new Date(until) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return error instanceof SandboxError && error.retryable ? { status: 'degraded', reason } : { status: 'unhealthy', reason };
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

/** Without what only this form has. */
function plain(handle: SandboxHandleInput): HandleInput {
  if (typeof handle !== 'object' || handle === null) return handle;
  const { transport: _, provisionedAt: __, ...rest } = handle;
  return rest;
}

const SPEC = record([
  ['sessionId', text],
  ['scope', anything],
  ['registrationToken', option(text)],
  ['resources', record([
    ['vCpu', option(u32)],
    ['memoryMb', option(u32)],
    ['diskMb', option(u32)],
    ['gpu', anything],
  ])],
  ['workerImage', option(text)],
  ['envVars', pairs],
  ['networkPolicy', anything],
  ['maxDurationSeconds', option(u32)],
  ['idleTimeoutSeconds', option(u32)],
  ['workareaProviderId', anything],
  ['workareaSpec', anything],
  ['region', option(text)],
]);

function checkSpec(spec: SandboxSpec): void {
  const problems: Problem[] = [];
  check(SPEC, spec, 'spec', problems);
  refuse('invalid-spec', problems);
  if (spec.networkPolicy != null) throw refused('spec.networkPolicy', 'is not offered; the session would run without it');
  const gpu = spec.resources?.gpu;
  if (gpu != null && typeof gpu !== 'number') throw refused('spec.resources.gpu', 'is not offered');
}

function translated(spec: SandboxSpec): Spec {
  const env = entriesOf(spec.envVars);
  const token = env.some(([name]) => name === REGISTRATION_TOKEN) ? null : spec.registrationToken;
  return {
    sessionId: spec.sessionId,
    image: spec.workerImage ?? null,
    env: token == null ? env : [...env, [REGISTRATION_TOKEN, token]],
    resources: { ...(spec.resources as Spec['resources']), timeoutSec: spec.idleTimeoutSeconds ?? null },
    maxDurationSec: spec.maxDurationSeconds ?? null,
    region: spec.region ?? null,
  };
}

/** What the provider's own fields are called in this form. */
const SPELLED: Spelling = [
  ['spec.resources.timeoutSec', 'spec.idleTimeoutSeconds'],
  ['spec.maxDurationSec', 'spec.maxDurationSeconds'],
  ['spec.image', 'spec.workerImage'],
  ['spec.env', 'spec.envVars'],
];

function refused(path: string, what: string): SandboxError {
  const message = `${path} ${what}.`;
  return new SandboxError('unsupported', message, { details: { rule: 'not-offered', path }, problems: [{ path, message }] });
}
