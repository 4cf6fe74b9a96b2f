// Options of calls and of providers, and their checks.

import { bool, enumeration, json, option, pairs, record, text, u32, type Type } from './binding/abi.ts';
import type { Mode } from './binding/engine.ts';
import { hasFields, kindOf } from './check/kind.ts';
import { aFunction, aSignal, needed, own } from './check/own.ts';
import { Problems } from './check/problems.ts';
import { refuse } from './check/refuse.ts';
import { read, wrong } from './check/read.ts';
import { SandboxError } from './errors.ts';
import { credential } from './generated/contract.ts';
import type { ConfigInput, Credential, ErrorCode, PairsInput } from './generated/types.ts';
import type { RequestEvent } from './wasi/exchange.ts';
import { MAKES_FETCH, type Fetch } from './wasi/fetch.ts';

/** What every function of the raw contract takes beside its parameters. */
export interface RawOptions {
  /** Ends the call. What is under way is given up; the error says whether it may have been applied. */
  readonly signal?: AbortSignal | null | undefined;
}

/** What every function takes as its last parameter. */
export interface CallOptions extends RawOptions {
  /** Milliseconds that the whole call may take, retries included. Default: 60,000 for `provision` and `terminate`,
   * 30,000 for everything else. */
  readonly deadlineMs?: number | null | undefined;
  /** True: `status` only looks and keeps nothing alive, for dashboards. */
  readonly observe?: boolean | null | undefined;
  /** Another platform organization than the provider's own. */
  readonly organizationId?: string | null | undefined;
  /** Another credential than the provider's own. */
  readonly credential?: CredentialSource | undefined;
  /** Another configuration than the pool's. */
  readonly config?: ConfigInput | null | undefined;
  /** Extensions of the contract's context. */
  readonly extensions?: PairsInput | null | undefined;
}

/** The key to the Daytona account, or what fetches it: it is asked once for every call. None: the environment has it. */
export type CredentialSource =
  | Credential
  | null
  | ((call: { readonly signal: AbortSignal }) => Credential | null | undefined | Promise<Credential | null | undefined>);

/** How calls wait. `auto`: by suspension where the engine can, otherwise by replay. */
export type ModeOption = 'auto' | Mode;

/** What happened, for logs and metrics. Never holds a secret, a header, a body or a query. */
export type ProviderEvent =
  | (RequestEvent & { readonly function: string })
  | {
      readonly type: 'call';
      readonly function: string;
      readonly durationMs: number;
      readonly requests: number;
      /** None: it succeeded. */
      readonly code: ErrorCode | null;
      readonly error: SandboxError | null;
    };

/** Options of the binding, which are those of the raw contract. */
export interface BindingOptions {
  /** Default `auto`. */
  readonly mode?: ModeOption | null | undefined;
  /** Sends requests: `fetch`, or a function that takes and gives as much of it as `Fetch` says, such as `nodeFetch()` of
   * `daytona-sandbox-provider/node`. Default: the global one, looked up at each call. */
  readonly fetch?: Fetch | null | undefined;
  /** Variables that the component may read, or what reads them for each call. Default: none. */
  readonly environment?: EnvironmentSource | null | undefined;
  /** Calls at the same time; more of them wait. Default 1,000. */
  readonly maxConcurrentCalls?: number | null | undefined;
  /** Origins that may be called, whatever a configuration or a credential says: `https://daytona.example.com`. Default:
   * those that the component names for the call's configuration, credential and handle. */
  readonly allowedOrigins?: readonly string[] | null | undefined;
  /** Hears what happens. What it throws is ignored. */
  readonly onEvent?: ((event: ProviderEvent) => unknown) | null | undefined;
}

export type Environment = Readonly<Record<string, string | undefined>>;
export type EnvironmentSource = Environment | (() => Environment);

/** Options of `DaytonaSandboxProvider`. */
export interface ProviderOptions extends BindingOptions {
  /** The pool's id, stable over its lifetime: together with the session id it names the sandbox. */
  readonly poolId: string;
  /** The platform's organization. */
  readonly organizationId?: string | null | undefined;
  /** The pool's configuration, as an object or as JSON. */
  readonly config?: ConfigInput | null | undefined;
  /** The key. */
  readonly credential?: CredentialSource | undefined;
  /** Milliseconds for calls that do not say otherwise. */
  readonly deadlineMs?: number | null | undefined;
}

/** Numbers of the contract's within narrower bounds. */
const within = (least: number, most: number): Type<number> => ({ ...u32, shape: { kind: 'number', least, most } });

/** Longest deadline that the component takes: an hour, in milliseconds. */
const aDeadline = option(within(1, 3_600_000));

/** A credential, or what fetches it. */
const aCredentialSource = own((value, path, problems) => (typeof value === 'function' ? value : read(credential, value, path, problems)));

/** The options of a call on a provider. */
export const CALL_OPTIONS = record([
  ['signal', aSignal],
  ['deadlineMs', aDeadline],
  ['observe', option(bool)],
  ['organizationId', option(text)],
  ['credential', aCredentialSource],
  ['config', json],
  ['extensions', pairs],
]);

/** The options of a call on the raw contract. */
export const RAW_CALL_OPTIONS = record([['signal', aSignal]]);

/** The options of a call as they were read: complete, and nobody else's any more. */
export interface GivenCallOptions {
  readonly signal: AbortSignal | null;
  readonly deadlineMs: number | null;
  readonly observe: boolean | null;
  readonly organizationId: string | null;
  readonly credential: CredentialSource;
  /** JSON; empty: none. */
  readonly config: string;
  readonly extensions: ReadonlyArray<readonly [string, string]>;
}

/** The options of a binding as they were read. */
export interface GivenBindingOptions {
  readonly mode: ModeOption | null;
  readonly fetch: Fetch | null;
  readonly environment: EnvironmentSource | null;
  readonly maxConcurrentCalls: number | null;
  readonly allowedOrigins: readonly string[] | null;
  readonly onEvent: ((event: ProviderEvent) => unknown) | null;
}

/** The options of a provider as they were read. */
export interface GivenOptions extends GivenBindingOptions {
  readonly poolId: string;
  readonly organizationId: string | null;
  /** JSON; empty: none. */
  readonly config: string;
  readonly credential: CredentialSource;
  readonly deadlineMs: number | null;
}

const aFetch = own((value, path, problems) => {
  if (typeof value !== 'function') return wrong('a function', value, path, problems);
  if (MAKES_FETCH in value) problems.add(path, 'wrong-type', 'has to be what nodeFetch makes: write fetch: nodeFetch()');
  return value;
});

const anEnvironment = own((value, path, problems) => {
  // Its variables are read for each call; now it is only told what none can be read from.
  if (typeof value !== 'function') readVariables(value, path, problems);
  return value;
});

const origins = own((value, path, problems) => {
  if (!Array.isArray(value)) return wrong('a list', value, path, problems);
  return Array.from(value, (origin: unknown, index) => {
    if (typeof origin !== 'string' || !isOrigin(origin)) {
      problems.add(`${path}[${index}]`, 'not-an-origin', 'has to be an origin, scheme and host and at most a port: https://daytona.example.com');
    }
    return origin;
  });
});

/** A text that says something. */
export const aName = needed((value, path, problems) => {
  if (value === '') problems.add(path, 'empty-value', 'is empty');
  return read(text, value, path, problems);
});

const BINDING = [
  ['mode', option(enumeration(['auto', 'jspi', 'replay']))],
  ['fetch', aFetch],
  ['environment', anEnvironment],
  ['maxConcurrentCalls', option(within(1, 0xffff_ffff))],
  ['allowedOrigins', origins],
  ['onEvent', aFunction],
] as const;

/** The options of a provider, but for those that a pool's row has. */
export const SETTINGS = [['deadlineMs', aDeadline], ...BINDING] as const;

const PROVIDER = record([
  ['poolId', aName],
  ['organizationId', option(text)],
  ['config', json],
  ['credential', aCredentialSource],
  ...SETTINGS,
]);

const RAW_PROVIDER = record(BINDING);

/** Reads the options of a provider. */
export const readOptions = (options: unknown): GivenOptions => readRecord(PROVIDER, options);

/** Reads the options of a raw binding. */
export const readRawOptions = (options: unknown): GivenBindingOptions => readRecord(RAW_PROVIDER, options);

function readRecord(type: Type, options: unknown): any {
  const problems = new Problems();
  if (options === null) wrong('an object', options, 'options', problems);
  const given = read(type, options ?? {}, '', problems);
  refuse('invalid-config', problems);
  return given;
}

const AN_ENVIRONMENT = 'an object of texts, or a function that returns one at once';

/** Variables that the component reads. */
const VARIABLES = ['DAYTONA_API_KEY', 'DAYTONA_API_URL'] as const;

function readVariables(environment: unknown, path: string, problems: Problems): Array<readonly [string, string]> {
  if (!hasFields(environment)) {
    wrong(AN_ENVIRONMENT, environment, path, problems);
    return [];
  }
  return VARIABLES.flatMap((name) => {
    const value = read(option(text), environment[name], `${path}.${name}`, problems) as string | null;
    return value === null ? [] : [[name, value] as const];
  });
}

/** Of an environment, what the component reads: a process has much that is none of its business. */
export function readEnvironment(source: EnvironmentSource): ReadonlyArray<readonly [string, string]> {
  let environment: unknown = source;
  try {
    if (typeof source === 'function') environment = source();
  } catch (cause) {
    const message = `The environment callback failed with ${kindOf(cause)}. Nothing was sent.`;
    throw new SandboxError('unavailable', message, { cause, retryable: true, details: { rule: 'environment-callback' } });
  }
  const problems = new Problems();
  const variables = read(own(readVariables), environment ?? null, 'environment', problems) as Array<readonly [string, string]> | null;
  if (variables === null) problems.add('environment', 'wrong-type', `has to be ${AN_ENVIRONMENT}, not ${kindOf(environment)}`);
  refuse('invalid-config', problems);
  return variables ?? [];
}

function isOrigin(text: string): boolean {
  try {
    const url = new URL(text);
    return ['http:', 'https:'].includes(url.protocol) && url.origin === text;
  } catch {
    return false;
  }
}
