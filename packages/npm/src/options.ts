// Options of providers and of calls, as their callers write them.

import type { Mode } from './binding/engine.ts';
import type { SandboxError } from './errors.ts';
import type { ConfigInput, Credential, ErrorCode, PairsInput } from './generated/types.ts';
import type { RequestEvent } from './wasi/exchange.ts';
import type { Fetch } from './wasi/fetch.ts';

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
