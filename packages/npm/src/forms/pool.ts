// Form B: the provider that the platform runs for a row of its pool table.

import { option, pairs, text } from '../binding/abi.ts';
import { refuse } from '../check/refuse.ts';
import { check, kindOf, type Problem } from '../check/walk.ts';
import { SandboxError } from '../errors.ts';
import type { Completion, Declaration, Handle, HandleInput, PairsInput, Spec, Status, Termination } from '../generated/types.ts';
import { checkCallOptions, type CallOptions, type CredentialSource, type ProviderOptions } from '../options.ts';
import { DaytonaSandboxProvider } from '../provider.ts';
import type { FlatCapabilities } from './flat.ts';
import { respelling } from './respell.ts';
import { REGISTRATION_TOKEN } from './worker.ts';

/** A row of `execution_provider_pools`, as far as a provider is concerned. Further columns are ignored. */
export interface PoolRow {
  readonly id: string;
  readonly orgId?: string | null | undefined;
  readonly providerId?: string | undefined;
  readonly config?: Readonly<Record<string, unknown>> | string | null | undefined;
  /** What replaces the class default, fully. */
  readonly runtime_provides?: Declaration | null | undefined;
}

/** What the platform passes for one session. */
export interface PoolSpec extends Spec {
  /** Keys of the pool's configuration for this session. They win over the row's. */
  readonly config?: Readonly<Record<string, unknown>> | null | undefined;
  /** Settled by the router before; the worker's image brings its own toolchains. */
  readonly toolchainDemand?: unknown;
  /** Reaches the worker as `DONMAI_REGISTRATION_TOKEN`, unless the environment has that already. */
  readonly registrationToken?: string | null | undefined;
}

/** The handle that the platform stores. */
export type PoolHandle = Pick<Handle, 'externalId' | 'metadata'>;

/** What a handle may be when it comes back. */
export interface PoolHandleInput {
  readonly providerId?: string | undefined;
  readonly externalId: string;
  readonly metadata?: PairsInput | undefined;
}

/** The provider of one pool. */
export interface PoolSandboxProvider {
  readonly id: 'daytona';
  readonly displayName: string;
  readonly capabilities: FlatCapabilities;
  /** The provider behind it, for everything that this form does not have. */
  readonly provider: DaytonaSandboxProvider;
  provision(spec: PoolSpec, options?: CallOptions): Promise<Handle>;
  status(handle: PoolHandleInput, options?: CallOptions): Promise<Status>;
  terminate(handle: PoolHandleInput, options?: CallOptions): Promise<Termination>;
  /** Runs a command in the sandbox and waits for its end: a list of words, or a line for `sh`. */
  execCommand(handle: PoolHandleInput, command: string | readonly string[], options?: CallOptions): Promise<Completion>;
  /** What the pool provides: its own column, or the class default. */
  provides(): Promise<Declaration>;
  close(): Promise<void>;
}

/** Makes the provider of a pool row. The credential is asked for once per call. */
export function createPoolProvider(
  row: PoolRow,
  credential: CredentialSource,
  options: Omit<ProviderOptions, 'poolId' | 'organizationId' | 'config' | 'credential'> = {},
): PoolSandboxProvider {
  if (typeof row !== 'object' || row === null) throw wrongRow('row', `has to be a row of the pool table, not ${kindOf(row)}`);
  if (typeof row.id !== 'string' || row.id === '') throw wrongRow('row.id', `has to be the pool's id, not ${row.id === '' ? 'empty' : kindOf(row.id)}`);
  if (row.providerId !== undefined && row.providerId !== 'daytona') {
    throw wrongRow('row.providerId', 'is of another provider; this one is for rows with daytona');
  }
  const config = objectOf(row.config, 'row.config');
  const provider = providerOf({ ...options, poolId: row.id, organizationId: row.orgId, config: row.config, credential });
  return {
    id: 'daytona',
    displayName: provider.displayName,
    get capabilities() {
      return provider.capabilities;
    },
    provider,
    async provision(spec, callOptions) {
      checkCallOptions(callOptions, false);
      if (typeof spec !== 'object' || spec === null) return provider.provision(spec, callOptions);
      const { config: own, toolchainDemand: _, registrationToken, ...plain } = spec;
      const problems: Problem[] = [];
      check(TOKEN, registrationToken, 'spec.registrationToken', problems);
      refuse('invalid-spec', problems);
      const env = withToken(plain.env, registrationToken);
      const merged = own == null ? callOptions : { config: { ...config, ...objectOf(own, 'spec.config') }, ...callOptions };
      return provider.provision({ ...plain, ...(env === undefined ? {} : { env }) }, merged);
    },
    async status(handle, callOptions) {
      return (await provider.status(owned(handle), callOptions)).status;
    },
    async terminate(handle, callOptions) {
      return provider.terminate(owned(handle), callOptions);
    },
    async execCommand(handle, command, callOptions) {
      const argv = typeof command === 'string' ? ['sh', '-c', command] : command;
      return provider.process.exec(owned(handle), { argv }, callOptions).catch(respelling([['command.argv', 'command']]));
    },
    provides: () => provider.provides(row.runtime_provides).catch(respelling([['runtimeProvides', 'row.runtime_provides']])),
    close: () => provider.close(),
  };
}

const TOKEN = option(text);

/** The provider of a row, whose columns are named where something is wrong with them. */
function providerOf(options: ProviderOptions): DaytonaSandboxProvider {
  try {
    return new DaytonaSandboxProvider(options);
  } catch (error) {
    return respelling([['config', 'row.config'], ['organizationId', 'row.orgId'], ['poolId', 'row.id']])(error);
  }
}

/** The platform keeps no provider id beside a handle; the pool's row has it. */
function owned(handle: PoolHandleInput): HandleInput {
  return typeof handle === 'object' && handle !== null ? { ...handle, providerId: handle.providerId ?? 'daytona' } : handle;
}

function withToken(env: PairsInput | undefined, token: string | null | undefined): PairsInput | undefined {
  if (token == null) return env;
  // In the form that it has, so that what is wrong in it has the caller's path.
  if (env instanceof Map || Array.isArray(env)) {
    const entries = [...env] as Array<readonly [string, string] | undefined>;
    if (entries.some((entry) => entry?.[0] === REGISTRATION_TOKEN)) return env;
    return env instanceof Map ? new Map([...env, [REGISTRATION_TOKEN, token]]) : [...env, [REGISTRATION_TOKEN, token]];
  }
  const problems: Problem[] = [];
  check(pairs, env, 'spec.env', problems);
  refuse('invalid-spec', problems);
  return { [REGISTRATION_TOKEN]: token, ...(env as Record<string, string> | undefined) };
}

function objectOf(config: PoolRow['config'], path: string): Record<string, unknown> {
  if (config == null || config === '') return {};
  let parsed: unknown = config;
  if (typeof config === 'string') {
    try {
      parsed = JSON.parse(config);
    } catch {
      throw wrongRow(path, 'is text that is not JSON');
    }
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw wrongRow(path, `has to be an object, not ${kindOf(parsed)}`);
  return parsed as Record<string, unknown>;
}

function wrongRow(path: string, what: string): SandboxError {
  const message = `${path} ${what}.`;
  return new SandboxError('invalid-config', message, { details: { rule: 'wrong-type', path }, problems: [{ path, message }] });
}
