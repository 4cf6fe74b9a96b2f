// Form B: the provider that the platform runs for a row of its pool table.

import { anything, json, list, option, record, text, type Type } from '../binding/abi.ts';
import { readCall, type Params } from '../check/call.ts';
import { fieldNames, isPromise, member } from '../check/kind.ts';
import { aName, needed } from '../check/own.ts';
import { Problems } from '../check/problems.ts';
import { refuse } from '../check/refuse.ts';
import { read, wrong } from '../check/read.ts';
import { declaration, spec as specType } from '../generated/contract.ts';
import type { Completion, ConfigInput, Declaration, Handle, PairsInput, Spec, Status, Termination } from '../generated/types.ts';
import { CALL_OPTIONS, SETTINGS, type GivenCallOptions } from '../given.ts';
import type { CallOptions, CredentialSource, ProviderOptions } from '../options.ts';
import { PROVIDER_ID, aPoolHandle } from '../handle.ts';
import { DaytonaSandboxProvider } from '../provider.ts';
import type { FlatCapabilities } from './flat.ts';
import { respelling, type Spelling } from './respell.ts';
import { withRegistrationToken } from './worker.ts';

/** A row of `execution_provider_pools`, as far as a provider is concerned. Further columns are ignored. */
export interface PoolRow {
  readonly id: string;
  readonly orgId?: string | null | undefined;
  readonly providerId?: string | null | undefined;
  readonly config?: ConfigInput | null | undefined;
  /** What replaces the class default, fully. */
  readonly runtime_provides?: Declaration | null | undefined;
}

/** What the platform passes for one session. */
export interface PoolSpec extends Spec {
  /** Keys of the pool's configuration for this session. They win over the row's. */
  readonly config?: ConfigInput | null | undefined;
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
  options?: Omit<ProviderOptions, 'poolId' | 'organizationId' | 'config' | 'credential'>,
): PoolSandboxProvider {
  const { given, settings } = readPool(row, options);
  const provider = providerOf({ ...settings, poolId: given.id, organizationId: given.orgId, config: given.config, credential });
  return {
    id: PROVIDER_ID,
    displayName: provider.displayName,
    get capabilities() {
      return provider.capabilities;
    },
    provider,
    async provision(...passed: unknown[]) {
      const [spec, callOptions] = readCall([['spec', SPEC], OPTIONS], passed) as [GivenSpec, GivenCallOptions];
      const { config: own, toolchainDemand: _, registrationToken, ...plain } = spec;
      const { config, spelling } = merged(given.config, callOptions.config, own);
      const token = withRegistrationToken(plain.env, registrationToken);
      return provider.provision({ ...plain, env: token.env } as Spec, { ...callOptions, config }).catch(respelling([...token.spelling, ...spelling]));
    },
    async status(...passed: unknown[]) {
      const [handle, callOptions] = readCall([HANDLE, OPTIONS], passed);
      return (await provider.status(handle, callOptions).catch(respelling(ROW))).status;
    },
    async terminate(...passed: unknown[]) {
      const [handle, callOptions] = readCall([HANDLE, OPTIONS], passed);
      return provider.terminate(handle, callOptions).catch(respelling(ROW));
    },
    async execCommand(...passed: unknown[]) {
      const [handle, argv, callOptions] = readCall([HANDLE, ['command', aCommand], OPTIONS], passed);
      return provider.process.exec(handle, { argv }, callOptions).catch(respelling([['command.argv', 'command'], ...ROW]));
    },
    provides: () => provider.provides(given.runtime_provides),
    close: () => provider.close(),
  };
}

/** The fields that a record of the contract has. */
const fieldsOf = (type: Type): Params => (type.shape.kind === 'record' ? type.shape.fields : []);

/** A session, with what the platform has beside what the contract has. */
const SPEC = record([...fieldsOf(specType), ['config', json], ['toolchainDemand', anything], ['registrationToken', option(text)]]);

interface GivenSpec {
  readonly env: ReadonlyArray<readonly [string, string]>;
  /** JSON; empty: none. */
  readonly config: string;
  readonly toolchainDemand: unknown;
  readonly registrationToken: string | null;
}

const OPTIONS: Params[number] = ['options', CALL_OPTIONS];

const HANDLE: Params[number] = ['handle', aPoolHandle];

/** A list of words, or a line for a shell. */
const aCommand = needed((value, path, problems) => {
  if (typeof value === 'string') return ['sh', '-c', read(text, value, path, problems)];
  return Array.isArray(value) ? read(list(text), value, path, problems) : wrong('a list of words, or a line of text', value, path, problems);
});

/** The columns that matter here. What else a row has is the platform's. */
const ROW_FIELDS = [
  ['id', aName],
  ['orgId', option(text)],
  ['config', json],
  ['runtime_provides', option(declaration)],
] as const;

interface GivenRow {
  readonly id: string;
  readonly orgId: string | null;
  /** JSON; empty: none. */
  readonly config: string;
  readonly runtime_provides: Declaration | null;
}

/** A row and what goes for all of its calls. */
function readPool(row: unknown, options: unknown): { given: GivenRow; settings: ProviderOptions } {
  const problems = new Problems();
  const given = read(aRow, row, 'row', problems) as GivenRow;
  const settings = read(record(SETTINGS), options === undefined ? {} : options, 'options', problems);
  refuse('invalid-config', problems);
  objectOf(given.config, 'row.config', problems);
  refuse('invalid-config', problems);
  return { given, settings };
}

const OF_ROW = record(ROW_FIELDS);

const aRow = needed((value, path, problems) => {
  if (typeof value !== 'object' || value === null || Symbol.iterator in value || isPromise(value)) {
    return wrong('a row of the pool table', value, path, problems);
  }
  const row = value as Record<string, unknown>;
  if (row['providerId'] != null && row['providerId'] !== PROVIDER_ID) {
    return void problems.add(`${path}.providerId`, 'wrong-type', `is of another provider; this one is for rows with ${PROVIDER_ID}`);
  }
  return read(OF_ROW, Object.fromEntries(ROW_FIELDS.map(([name]) => [name, row[name]])), path, problems);
});

/** What the provider's own names are called in a row. */
const ROW: Spelling = [['organizationId', 'row.orgId'], ['poolId', 'row.id'], ['config', 'row.config']];

/** The provider of a row, whose columns are named where something is wrong with them. */
function providerOf(options: ProviderOptions): DaytonaSandboxProvider {
  try {
    return new DaytonaSandboxProvider(options);
  } catch (error) {
    return respelling(ROW)(error);
  }
}

/** The configuration of a session: its own keys over those of the call's options or of the row, with where each of them is from. */
function merged(row: string, options: string, own: string): { config: string; spelling: Spelling } {
  if (own === '') return { config: options, spelling: ROW };
  const problems = new Problems();
  const below = options === '' ? 'row.config' : 'options.config';
  const base = objectOf(options === '' ? row : options, below, problems);
  const keys = objectOf(own, 'spec.config', problems);
  refuse('invalid-config', problems);
  const from = fieldNames(keys).map((key) => [member('options.config', key), member('spec.config', key)] as const);
  return { config: JSON.stringify({ ...base, ...keys }), spelling: [...from, ['options.config', below], ...ROW] };
}

/** The object that a configuration is. */
function objectOf(config: string, path: string, problems: Problems): Record<string, unknown> {
  if (config.trim() === '') return {};
  let parsed: unknown = null;
  try {
    parsed = JSON.parse(config);
  } catch {
    problems.add(path, 'not-json', 'is text that is not JSON');
    return {};
  }
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as Record<string, unknown>;
  wrong('an object', parsed, path, problems);
  return {};
}
