// Options of calls and of providers, and their checks.

import { anything, bool, option, pairs, record, text, u32 } from './binding/abi.ts';
import type { Mode } from './binding/engine.ts';
import { refuse } from './check/refuse.ts';
import { check, kindOf, type Problem } from './check/walk.ts';
import { SandboxError } from './errors.ts';
import type { ConfigInput, Credential, ErrorCode, PairsInput } from './generated/types.ts';
import type { RequestEvent } from './wasi/exchange.ts';
import { MAKES_FETCH, type Fetch } from './wasi/fetch.ts';

/** What every function of the raw contract takes beside its parameters. */
export interface RawOptions {
  /** Ends the call. What is under way is given up; the error says whether it may have been applied. */
  readonly signal?: AbortSignal | undefined;
}

/** What every function takes as its last parameter. */
export interface CallOptions extends RawOptions {
  /** Milliseconds that the whole call may take, retries included. Default: 60,000 for `provision` and `terminate`,
   * 30,000 for everything else. */
  readonly deadlineMs?: number | undefined;
  /** True: `status` only looks and keeps nothing alive, for dashboards. */
  readonly observe?: boolean | undefined;
  /** Another platform organization than the provider's own. */
  readonly organizationId?: string | null | undefined;
  /** Another credential than the provider's own. */
  readonly credential?: CredentialSource | undefined;
  /** Another configuration than the pool's. */
  readonly config?: ConfigInput | null | undefined;
  /** Extensions of the contract's context. */
  readonly extensions?: PairsInput | undefined;
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
  readonly mode?: ModeOption | undefined;
  /** Sends requests: `fetch`, or a function that takes and gives as much of it as `Fetch` says, such as `nodeFetch()` of
   * `daytona-sandbox-provider/node`. Default: the global one, looked up at each call. */
  readonly fetch?: Fetch | undefined;
  /** Variables that the component may read, or what reads them for each call. Default: none. */
  readonly environment?: EnvironmentSource | undefined;
  /** Calls at the same time; more of them wait. Default 1,000. */
  readonly maxConcurrentCalls?: number | undefined;
  /** Origins that may be called, whatever a configuration or a credential says: `https://daytona.example.com`. Default:
   * those that the component names for the call's configuration, credential and handle. */
  readonly allowedOrigins?: readonly string[] | undefined;
  /** Hears what happens. What it throws is ignored. */
  readonly onEvent?: ((event: ProviderEvent) => void) | undefined;
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
  readonly deadlineMs?: number | undefined;
}

const CALL = record([
  ['signal', anything],
  ['deadlineMs', option(u32)],
  ['observe', option(bool)],
  ['organizationId', option(text)],
  ['credential', anything],
  ['config', anything],
  ['extensions', pairs],
]);

const RAW = record([['signal', anything]]);

/** Checks the options of a call. */
export function checkCallOptions(options: unknown, raw: boolean): void {
  if (options === undefined) return;
  const problems: Problem[] = [];
  check(raw ? RAW : CALL, options, 'options', problems);
  const signal = (options as CallOptions | null)?.signal;
  if (signal != null && (typeof signal !== 'object' || typeof signal.addEventListener !== 'function' || typeof signal.aborted !== 'boolean')) {
    const message = `options.signal has to be an AbortSignal, not ${kindOf(signal)}`;
    problems.push({ path: 'options.signal', rule: 'wrong-type', message });
  }
  refuse('invalid-spec', problems);
}

const BINDING = [
  ['mode', anything],
  ['fetch', anything],
  ['environment', anything],
  ['maxConcurrentCalls', option(u32)],
  ['allowedOrigins', anything],
  ['onEvent', anything],
] as const;

const PROVIDER = record([
  ['poolId', text],
  ['organizationId', option(text)],
  ['config', anything],
  ['credential', anything],
  ['deadlineMs', option(u32)],
  ...BINDING,
]);

const RAW_PROVIDER = record(BINDING);

const MODES: readonly unknown[] = [undefined, 'auto', 'jspi', 'replay'];

/** Checks the options of a provider or of a raw binding. */
export function checkOptions(options: unknown, raw: boolean): void {
  const problems: Problem[] = [];
  if (options !== undefined && (typeof options !== 'object' || options === null || Array.isArray(options))) {
    const message = `options has to be an object, not ${kindOf(options)}`;
    refuse('invalid-config', [{ path: 'options', rule: 'wrong-type', message }]);
  }
  check(raw ? RAW_PROVIDER : PROVIDER, options ?? {}, '', problems);
  const given = (options ?? {}) as Partial<ProviderOptions>;
  const wrong = (path: string, expected: string, value: unknown): void =>
    void problems.push({ path, rule: 'wrong-type', message: `${path} has to be ${expected}, not ${kindOf(value)}` });
  if (!MODES.includes(given.mode)) {
    problems.push({ path: 'mode', rule: 'unknown-value', message: 'mode has to be one of auto, jspi, replay' });
  }
  for (const name of ['fetch', 'onEvent'] as const) {
    if (given[name] != null && typeof given[name] !== 'function') wrong(name, 'a function', given[name]);
  }
  if (typeof given.fetch === 'function' && MAKES_FETCH in given.fetch) {
    const message = 'fetch has to be what nodeFetch makes: write fetch: nodeFetch()';
    problems.push({ path: 'fetch', rule: 'wrong-type', message });
  }
  const { environment, allowedOrigins, poolId } = given;
  if (environment != null && typeof environment !== 'function') checkEnvironment(environment, problems);
  if (given.maxConcurrentCalls === 0) {
    problems.push({ path: 'maxConcurrentCalls', rule: 'out-of-range', message: 'maxConcurrentCalls has to be at least 1' });
  }
  if (allowedOrigins != null) checkOrigins(allowedOrigins, problems);
  if (!raw && poolId === '') problems.push({ path: 'poolId', rule: 'empty-value', message: 'poolId is empty' });
  refuse('invalid-config', problems);
}

function checkOrigins(origins: unknown, problems: Problem[]): void {
  if (!Array.isArray(origins)) {
    const message = `allowedOrigins has to be a list, not ${kindOf(origins)}`;
    problems.push({ path: 'allowedOrigins', rule: 'wrong-type', message });
    return;
  }
  for (let index = 0; index < origins.length; index += 1) {
    const path = `allowedOrigins[${index}]`;
    const origin: unknown = origins[index];
    if (typeof origin !== 'string' || !isOrigin(origin)) {
      const message = `${path} has to be an origin, scheme and host and at most a port: https://daytona.example.com`;
      problems.push({ path, rule: 'not-an-origin', message });
    }
  }
}

/** Variables that the component reads. */
const VARIABLES = ['DAYTONA_API_KEY', 'DAYTONA_API_URL'] as const;

function checkEnvironment(environment: unknown, problems: Problem[]): void {
  if (typeof environment !== 'object' || environment === null || Symbol.iterator in environment || 'then' in environment) {
    const message = `environment has to be an object of texts, or a function that returns one at once, not ${kindOf(environment)}`;
    problems.push({ path: 'environment', rule: 'wrong-type', message });
    return;
  }
  for (const name of VARIABLES) check(option(text), (environment as Environment)[name], `environment.${name}`, problems);
}

/** Of an environment, what the component reads: a process has much that is none of its business. */
export function readEnvironment(source: EnvironmentSource): ReadonlyArray<readonly [string, string]> {
  let environment: Environment;
  try {
    environment = typeof source === 'function' ? source() : source;
  } catch (cause) {
    const message = `The environment callback failed (${kindOf(cause)}); the cause has its reason. Nothing was sent.`;
    throw new SandboxError('unavailable', message, { cause, retryable: true, details: { rule: 'environment-callback' } });
  }
  const problems: Problem[] = [];
  checkEnvironment(environment, problems);
  refuse('invalid-config', problems);
  return VARIABLES.flatMap((name) => (environment[name] == null ? [] : [[name, environment[name]] as const]));
}

function isOrigin(text: string): boolean {
  try {
    const url = new URL(text);
    return ['http:', 'https:'].includes(url.protocol) && url.origin === text;
  } catch {
    return false;
  }
}
