// Generated from wit/ by `cargo xtask generate`. Do not edit.

import type { CallOptions, RawOptions } from '../options.ts';

/** Names with values: an object, or a list of pairs in which the last of a name wins. */
export type PairsInput = Readonly<Record<string, string>> | ReadonlyArray<readonly [string, string]>;
/** A pool's configuration: a JSON object, or its text. */
export type ConfigInput = string | Readonly<Record<string, unknown>>;

/** Names with values, in order. Where a name occurs twice, the last one wins. */
export type Pairs = Record<string, string>;

/** The key to the vendor's account, resolved by the platform for this one call.
 *
 * Nothing of it but `organization-id` ever comes back in a handle, a state, an error or a finding. */
export interface Credential {
  /** The secret itself, passed to the vendor byte for byte: never trimmed, parsed or hashed. A host that wants
   * the plugin never to hold the key hands over a placeholder and puts the key in on the wire. */
  secret: string;
  /** Base URL of the vendor's API that this key belongs to. Wins over every other source. */
  apiUrl?: string | null;
  /** The vendor's id of the organization that owns the key, where the platform knows it. A handle that names
   * another one is refused before anything is sent. */
  organizationId?: string | null;
}

/** What every call carries. A provider keeps no state between calls. */
export interface Context {
  /** The platform's organization on whose behalf the call is made. */
  organizationId?: string | null;
  /** The pool's id, stable over its lifetime: together with the session id it names the sandbox. */
  poolId: string;
  /** The pool's configuration: a JSON object in the shape of `descriptor.config-schema`, or an empty string for
   * all defaults. */
  config?: ConfigInput;
  /** Absent: the provider looks into its environment. */
  credential?: Credential | null;
  /** Milliseconds that the whole call may take, retries and waits included; at least 1. Absent: 60,000 for
   * `provision` and `terminate`, 30,000 for everything else. */
  deadlineMs?: number | null;
  /** Known keys: `observe` = `true`: `status` only looks and keeps nothing alive (for dashboards). */
  extensions?: PairsInput;
}

/** Limits that a session asks for. Absent: the pool's value, then the provider's default. */
export interface Resources {
  /** Whole virtual CPUs, at least 1. */
  vCpu?: number | null;
  /** Memory in MiB, at least 1; rounded up where the vendor sells coarser units. */
  memoryMb?: number | null;
  /** Disk in MiB, at least 1; rounded up where the vendor sells coarser units. */
  diskMb?: number | null;
  /** Number of GPUs; 0 is the same as absent. */
  gpu?: number | null;
  /** Seconds without activity after which the sandbox may be stopped, at least 1. */
  timeoutSec?: number | null;
}

/** What one session needs. */
export interface Spec {
  /** The platform's id of the session; not empty. Provisioning the same id in the same pool again means the same
   * sandbox. */
  sessionId: string;
  /** OCI image reference. Absent: the pool's image. */
  image?: string | null;
  /** Launch command, as an argument vector; not empty. Absent: the pool's command. */
  command?: readonly string[] | null;
  /** Environment of the launch command, passed on unread. The provider adds nothing to it. */
  env?: PairsInput;
  /** Labels for the sandbox beside the provider's own, whose reserved prefix is refused here. */
  labels?: PairsInput;
  /** Limits of this session. */
  resources?: Resources;
  /** Seconds that the session may last at most, counted from its creation; at least 1. */
  maxDurationSec?: number | null;
  /** Where to run it, in the vendor's terms. Absent: the pool's target. */
  region?: string | null;
  /** No keys are defined yet. */
  extensions?: PairsInput;
}

/** Names one sandbox for ever. Survives JSON, and is readable by older and newer versions of its provider. */
export interface Handle {
  /** `descriptor.id` of the provider that made it. Another provider refuses it. */
  providerId: string;
  /** The vendor's own id of the sandbox. */
  externalId: string;
  /** Facts known when the handle was made; opaque to hosts, which store and return them unchanged. Keys that
   * others may rely on, each of which may be missing:
   * - `dialect`: which of the vendor's APIs the sandbox lives in;
   * - `api-origin`: scheme, host and port of the API that made it;
   * - `organization-id`: the vendor's id of the organization that owns it;
   * - `name`: the sandbox's name at the vendor;
   * - `toolbox-origin`: scheme, host and port under which its inside can be reached. */
  metadata: Record<string, string>;
}

/** Names one sandbox for ever. Survives JSON, and is readable by older and newer versions of its provider. */
export interface HandleInput {
  /** `descriptor.id` of the provider that made it. Another provider refuses it. */
  providerId: string;
  /** The vendor's own id of the sandbox. */
  externalId: string;
  /** Facts known when the handle was made; opaque to hosts, which store and return them unchanged. Keys that
   * others may rely on, each of which may be missing:
   * - `dialect`: which of the vendor's APIs the sandbox lives in;
   * - `api-origin`: scheme, host and port of the API that made it;
   * - `organization-id`: the vendor's id of the organization that owns it;
   * - `name`: the sandbox's name at the vendor;
   * - `toolbox-origin`: scheme, host and port under which its inside can be reached. */
  metadata?: PairsInput;
}

/** The four words that the platform schedules by. */
export type Status = 'provisioning' | 'running' | 'failed' | 'terminated';

/** What `status` leaves out. */
export type Phase = 'starting' | 'running' | 'stopping' | 'stopped' | 'paused' | 'archiving' | 'archived' | 'failed' | 'terminating' | 'destroyed' | 'unknown';

/** What was seen when the sandbox was looked at. */
export interface State {
  /** The platform's word. */
  status: Status;
  /** The finer word. */
  phase: Phase;
  /** The vendor's own word, unchanged; empty when the vendor said none. */
  providerState: string;
  /** Why it failed or ended, in the vendor's words where it gave any. */
  reason: string | null;
  /** Whether the vendor says that a failed sandbox can be recovered. */
  recoverable: boolean;
  /** Keys that others may rely on, each of which may be missing:
   * - `agent`: `running`, `exited` or `unknown`;
   * - `agent-exit-code`: decimal, once the agent has exited;
   * - `stops-at`: when the vendor will stop it unless something happens, RFC 3339;
   * - `clock`: `behind` where the vendor's dates are behind the clock that idle time is counted by, so that `stops-at`
   *   and `deadline` may be reached earlier than they say;
   * - `toolbox-problem`: why it could not be told whether the agent works, for people;
   * - `keep-alive-problem`: why it could not be kept alive, for people;
   * - `organization`: `unverified` where it could not be settled that the key is of the organization that the handle was
   *   made in, so that a sandbox that does not exist may exist for another key;
   * - `deadline`: when its session ends, RFC 3339;
   * - `desired-state`: the vendor's word for where it is heading. */
  details: Record<string, string>;
}

/** How far an end has come. */
export type Termination = 'requested' | 'gone';

/** What kind of failure an error is: the first thing that a host branches on. */
export type ErrorCode = 'invalid-config' | 'invalid-spec' | 'unauthenticated' | 'permission-denied' | 'not-found' | 'conflict' | 'quota-exceeded' | 'rate-limited' | 'no-capacity' | 'unsupported' | 'unavailable' | 'timeout' | 'egress-denied' | 'protocol' | 'internal';

/** A failure. */
export interface ErrorRecord {
  /** The kind. */
  code: ErrorCode;
  /** What happened and what to do, for people. Never contains the secret. */
  message: string;
  /** Whether the same call may succeed later without anybody changing anything. */
  retryable: boolean;
  /** Milliseconds to wait before that, where the vendor said so. */
  retryAfterMs: number | null;
  /** Whether what was asked for may exist all the same, through this call or an earlier one for the same
   * session. Before anything is created elsewhere, call `locate`. */
  maybeApplied: boolean;
  /** The HTTP status that it came from, where one did. */
  httpStatus: number | null;
  /** Keys that others may rely on, each of which may be missing:
   * - `rule`: stable id of the rule that classified it;
   * - `remedy`: what to do, for people;
   * - `limit`, `maximum`, `requested`: name and values of a limit, in the units that the vendor uses;
   * - `sandbox-name`, `sandbox-id`: which sandbox may exist;
   * - `differs`: in what the session's sandbox is not what was asked for;
   * - `look-up`: the `rule` of why a look-up after a failed create failed as well;
   * - `url`: method and address of the request, without query;
   * - `provider-message`: first line of what the vendor said;
   * - `path`: the field of the specification or the configuration that is wrong;
   * - `problems`: the number of problems, where there are several. */
  details: Record<string, string>;
}

/** What a pool can run, or what a session demands. Both vocabularies are open: unknown kinds are compared, not
 * refused. */
export interface Declaration {
  /** How an agent's tools may be packaged: `npm`, `http` … */
  runtimeKinds: string[];
  /** What the surroundings must have: `git`, `toolchain:node` … */
  requirementKinds: string[];
}

/** How bad a finding is. */
export type Severity = 'error' | 'warning' | 'note';

/** One remark on a configuration. */
export interface Finding {
  /** How bad it is. */
  severity: Severity;
  /** Stable id of the rule. */
  rule: string;
  /** JSON path from `$`, for example `$.command[0]`. */
  path: string;
  /** What is wrong, for people. */
  message: string;
  /** What to write instead. */
  remedy: string | null;
}

/** Who dials whom between platform and sandbox. */
export type TransportModel = 'dial-in' | 'dial-out' | 'either';

/** What an idle sandbox costs. */
export type IdleCostModel = 'zero' | 'storage-only' | 'metered';

/** What is billed. */
export type BillingModel = 'wall-clock' | 'active-cpu' | 'invocation' | 'fixed';

/** What a sandbox may reach unless told otherwise. */
export type EgressDefault = 'allow-all' | 'deny-all' | 'allowlist';

/** What the router matches sessions against. A flag is a promise: flipping one changes which sessions arrive. */
export interface Capabilities {
  /** Who dials whom. */
  transportModel: TransportModel;
  /** A sandbox's file system can be kept and come back to. */
  supportsFsSnapshot: boolean;
  /** A sandbox can be frozen with its memory. */
  supportsPauseResume: boolean;
  /** Free capacity can be asked for. */
  supportsCapacityQuery: boolean;
  /** Sandboxes at once; absent: not known, never "unlimited". */
  maxConcurrent: number | null;
  /** Longest session in seconds; absent: no maximum known. */
  maxSessionDurationSeconds: number | null;
  /** Regions; `*` alone means any. */
  regions: string[];
  /** Operating systems: `linux`, `macos`, `windows`. */
  os: string[];
  /** Architectures: `x86_64`, `arm64`, `wasm32`. */
  arch: string[];
  /** What idling costs. */
  idleCostModel: IdleCostModel;
  /** What is billed. */
  billingModel: BillingModel;
  /** Most virtual CPUs of one sandbox; absent: not known. */
  maxVCpu: number | null;
  /** Most memory of one sandbox in MiB; absent: not known. */
  maxMemoryMb: number | null;
  /** GPUs can be asked for. */
  supportsGpu: boolean;
  /** A session may bring network rules of its own. */
  supportsCustomNetworkPolicy: boolean;
  /** What a sandbox may reach by default. */
  egressDefault: EgressDefault;
  /** The sandbox is a remote agent spoken to over A2A. */
  isA2ARemote: boolean;
  /** `none` or `isolated-read-only-v1`. */
  repositoryAuthorityEnforcement: string;
  /** Flags added later. */
  extensions: Record<string, string>;
}

/** What a provider says of itself. */
export interface Descriptor {
  /** Stable id, the `provider-id` of its handles. */
  id: string;
  /** For people. */
  displayName: string;
  /** Semantic version of the provider, not of the contract. */
  version: string;
  /** Its flags. */
  capabilities: Capabilities;
  /** What pools of it provide unless they say otherwise. */
  provides: Declaration;
  /** JSON Schema (draft 2020-12) of `context.config`. */
  configSchema: string;
  /** No keys are defined yet. */
  extensions: Record<string, string>;
}

/** A sandbox of the pool, as a list shows it. Lists may run behind the truth: `status` tells it. */
export interface Item {
  /** Its handle, as `locate` would return it. */
  handle: Handle;
  /** The session that it was made for. */
  sessionId: string | null;
  /** Its state when it was listed. Listing keeps nothing alive. */
  state: State;
  /** When it was created, RFC 3339, by the vendor's clock. */
  createdAt: string | null;
  /** When it was first found without a session, RFC 3339, by the vendor's clock. */
  orphanSince: string | null;
  /** No keys are defined yet. */
  extensions: Record<string, string>;
}

/** A part of the pool's sandboxes. */
export interface Page {
  /** Them. */
  items: Item[];
  /** Asks for the next page; absent on the last one. */
  nextCursor: string | null;
  /** When the vendor answered, RFC 3339, by its own clock: what `reconcile` takes as `known-as-of`. */
  serverTime: string | null;
}

/** How far a reconciliation goes. */
export type Mode = 'look' | 'mark' | 'act';

/** What was done with a sandbox. */
export type Action = 'kept' | 'marked' | 'unmarked' | 'deleted' | 'failed';

/** What became of one sandbox. */
export interface Outcome {
  /** The vendor's own id of it. */
  externalId: string;
  /** The session that it was made for. */
  sessionId: string | null;
  /** What was done. */
  action: Action;
  /** Why that and nothing else. Stable ids: `known`, `no-session`, `age-unknown`, `too-young`, `ending`, `gone`,
   * `changed`, `orphan`, `marked-before`, `marked-too-late`, `no-server-time`, `would-mark`, `would-unmark`,
   * `would-delete`; for `failed` the `rule` of the error. */
  reason: string;
}

/** What a reconciliation came to. */
export interface Report {
  /** One for each sandbox that was looked at. */
  outcomes: Outcome[];
  /** False when the deadline ended first: call again, it goes on with what is left to do. */
  complete: boolean;
  /** When the vendor answered last, RFC 3339, by its own clock. */
  serverTime: string | null;
}

/** The core interface: every sandbox provider exports it, and a host needs no other.
 *
 * Calls are independent of each other and may run at the same time in separate instances. None of them traps on any
 * input or any answer of the network. The ones that return `result` may use the network unless they say that they do
 * not; the deadline of the context bounds each as a whole. */
export interface RawProviderInterface {
  /** What this provider is. Constant for one version; no network. */
  describe(options?: RawOptions): Promise<Descriptor>;
  /** Every remark on a pool's configuration at once, most serious first; empty when there is nothing to say. Text
   * that is not JSON is a finding, not a failure. Local: no network, no environment, and it says nothing about the
   * credential. */
  checkConfig(config: ConfigInput, options?: RawOptions): Promise<Finding[]>;
  /** What a pool provides. `runtime-provides` is the pool's override: present, it replaces the provider's default
   * fully and is returned as it is; absent, the default holds. Local. */
  provides(runtimeProvides?: Declaration | null, options?: RawOptions): Promise<Declaration>;
  /** The kinds of `demand` that such a pool does not provide, in the demand's order, each once; empty means that the
   * pool is eligible. Local. */
  unmet(demand: Declaration, runtimeProvides?: Declaration | null, options?: RawOptions): Promise<string[]>;
  /** The origins (`https://host` or `https://host:port`) that calls with this context and handle may contact, the
   * API's first. A host enforces them without knowing the vendor. Local: derived from configuration, environment
   * and handle alone, so a wrong configuration is an error here as it is everywhere. */
  origins(context: Context, handle?: HandleInput | null, options?: RawOptions): Promise<string[]>;
  /** Creates the sandbox of a session and returns its handle without waiting until it runs: poll `status`.
   *
   * What is wrong with the specification or the configuration is told before anything is sent. Idempotent by session:
   * one that has a sandbox already gets the handle of that one, a parked one started and a broken one made anew;
   * `conflict` when it was made for another specification. After an error with `maybe-applied` a sandbox may exist:
   * call again, or `locate` it. */
  provision(context: Context, spec: Spec, options?: RawOptions): Promise<Handle>;
  /** The handle of a session's sandbox, from the session id alone: after a crash, or after an error with
   * `maybe-applied`. None when the vendor proves that there is none. A sandbox of the same name that this provider
   * did not make for this pool and session is never returned. Changes nothing. */
  locate(context: Context, sessionId: string, options?: RawOptions): Promise<Handle | null>;
  /** The sandbox's state. Polling it keeps a session alive while its agent runs, unless the pool or the context says
   * otherwise; poll at least three times in the time that the session may idle. A sandbox that does not exist any more is a state (`terminated`, `destroyed`), and only the
   * vendor's own word proves it; failing to reach the vendor is an error, never a state. */
  status(context: Context, handle: HandleInput, options?: RawOptions): Promise<State>;
  /** Ends a sandbox for good. Idempotent: ending what is gone succeeds. While the vendor refuses because the sandbox
   * is busy, the call waits and asks again until the deadline, and fails with `conflict` if that was not enough:
   * call again. */
  terminate(context: Context, handle: HandleInput, options?: RawOptions): Promise<Termination>;
}

/** The core interface: every sandbox provider exports it, and a host needs no other.
 *
 * Calls are independent of each other and may run at the same time in separate instances. None of them traps on any
 * input or any answer of the network. The ones that return `result` may use the network unless they say that they do
 * not; the deadline of the context bounds each as a whole. */
export interface ProviderInterface {
  /** What this provider is. Constant for one version; no network. */
  describe(options?: CallOptions): Promise<Descriptor>;
  /** Every remark on a pool's configuration at once, most serious first; empty when there is nothing to say. Text
   * that is not JSON is a finding, not a failure. Local: no network, no environment, and it says nothing about the
   * credential. */
  checkConfig(config?: ConfigInput, options?: CallOptions): Promise<Finding[]>;
  /** What a pool provides. `runtime-provides` is the pool's override: present, it replaces the provider's default
   * fully and is returned as it is; absent, the default holds. Local. */
  provides(runtimeProvides?: Declaration | null, options?: CallOptions): Promise<Declaration>;
  /** The kinds of `demand` that such a pool does not provide, in the demand's order, each once; empty means that the
   * pool is eligible. Local. */
  unmet(demand: Declaration, runtimeProvides?: Declaration | null, options?: CallOptions): Promise<string[]>;
  /** The origins (`https://host` or `https://host:port`) that calls with this context and handle may contact, the
   * API's first. A host enforces them without knowing the vendor. Local: derived from configuration, environment
   * and handle alone, so a wrong configuration is an error here as it is everywhere. */
  origins(handle?: HandleInput | null, options?: CallOptions): Promise<string[]>;
  /** Creates the sandbox of a session and returns its handle without waiting until it runs: poll `status`.
   *
   * What is wrong with the specification or the configuration is told before anything is sent. Idempotent by session:
   * one that has a sandbox already gets the handle of that one, a parked one started and a broken one made anew;
   * `conflict` when it was made for another specification. After an error with `maybe-applied` a sandbox may exist:
   * call again, or `locate` it. */
  provision(spec: Spec, options?: CallOptions): Promise<Handle>;
  /** The handle of a session's sandbox, from the session id alone: after a crash, or after an error with
   * `maybe-applied`. None when the vendor proves that there is none. A sandbox of the same name that this provider
   * did not make for this pool and session is never returned. Changes nothing. */
  locate(sessionId: string, options?: CallOptions): Promise<Handle | null>;
  /** The sandbox's state. Polling it keeps a session alive while its agent runs, unless the pool or the context says
   * otherwise; poll at least three times in the time that the session may idle. A sandbox that does not exist any more is a state (`terminated`, `destroyed`), and only the
   * vendor's own word proves it; failing to reach the vendor is an error, never a state. */
  status(handle: HandleInput, options?: CallOptions): Promise<State>;
  /** Ends a sandbox for good. Idempotent: ending what is gone succeeds. While the vendor refuses because the sandbox
   * is busy, the call waits and asks again until the deadline, and fails with `conflict` if that was not enough:
   * call again. */
  terminate(handle: HandleInput, options?: CallOptions): Promise<Termination>;
}

/** Finding what a provider left behind, and ending it. Optional: hosts look it up by name.
 *
 * Only sandboxes that this provider made for the context's pool are ever listed or touched, and none that carries the
 * label of another organization of the platform. */
export interface RawInventoryInterface {
  /** The pool's sandboxes, the eldest first where the vendor sorts. `cursor` is the `next-cursor` of the page before;
   * absent: the first page. Changes nothing. */
  list(context: Context, cursor?: string | null, options?: RawOptions): Promise<Page>;
  /** Finds sandboxes whose session the platform does not know, and ends them in two steps: the first look marks them, a
   * later one deletes them, and a session that is known again loses its mark. Idempotent.
   *
   * `known-sessions` are all sessions of the pool that may live; `known-as-of` is when they were read, RFC 3339 by the
   * vendor's clock: take the `server-time` of a `list` from before they were read. An orphan is a sandbox whose
   * session is not among them, that was `min-age-sec` old by then, and that a look by its id confirms; it is deleted
   * only where its mark is older than `known-as-of`. `invalid-spec` when `known-as-of` is not such a date. */
  reconcile(context: Context, knownSessions: readonly string[], knownAsOf: string, minAgeSec: number, mode: Mode, options?: RawOptions): Promise<Report>;
}

/** Finding what a provider left behind, and ending it. Optional: hosts look it up by name.
 *
 * Only sandboxes that this provider made for the context's pool are ever listed or touched, and none that carries the
 * label of another organization of the platform. */
export interface InventoryInterface {
  /** The pool's sandboxes, the eldest first where the vendor sorts. `cursor` is the `next-cursor` of the page before;
   * absent: the first page. Changes nothing. */
  list(cursor?: string | null, options?: CallOptions): Promise<Page>;
  /** Finds sandboxes whose session the platform does not know, and ends them in two steps: the first look marks them, a
   * later one deletes them, and a session that is known again loses its mark. Idempotent.
   *
   * `known-sessions` are all sessions of the pool that may live; `known-as-of` is when they were read, RFC 3339 by the
   * vendor's clock: take the `server-time` of a `list` from before they were read. An orphan is a sandbox whose
   * session is not among them, that was `min-age-sec` old by then, and that a look by its id confirms; it is deleted
   * only where its mark is older than `known-as-of`. `invalid-spec` when `known-as-of` is not such a date. */
  reconcile(knownSessions: readonly string[], knownAsOf: string, minAgeSec: number, mode: Mode, options?: CallOptions): Promise<Report>;
}

/** Parking a sandbox and bringing it back, and letting it live longer. Optional: hosts look it up by name.
 *
 * `stop`, `start` and `archive` drive the sandbox towards a goal and return the state last seen, which may still be on its way: poll
 * `status`. Each is idempotent: asking for what is so already, or under way already, succeeds. While the vendor
 * refuses because the sandbox is busy, the call waits and asks again until the deadline. */
export interface RawLifecycleInterface {
  /** Stops it and keeps its disk. The launch command ends; what it held in memory is lost. `not-found` when it does
   * not exist, `conflict` when it is broken or being deleted. */
  stop(context: Context, handle: HandleInput, options?: RawOptions): Promise<State>;
  /** Starts it again, from `stopped`, `paused` or `archived`. The launch command runs anew. `not-found` when it does
   * not exist, `conflict` when it is broken or being deleted, `quota-exceeded` when there is no room for it. */
  start(context: Context, handle: HandleInput, options?: RawOptions): Promise<State>;
  /** Moves its disk to cheap storage; this is the file system snapshot of `supports-fs-snapshot`, and `start` is the
   * way back. A running one is stopped first, within the same call. `not-found` when it does not exist, `conflict`
   * when it is broken or being deleted. */
  archive(context: Context, handle: HandleInput, options?: RawOptions): Promise<State>;
  /** Renews its idle clock now, as far as its session's deadline lets it, without waiting for the moment at which
   * `status` would. An agent that has ended is not kept alive: the state's `agent` says so. What does not run is left
   * alone. A sandbox that does not exist is a state, as in `status`. */
  keepAlive(context: Context, handle: HandleInput, options?: RawOptions): Promise<State>;
  /** Moves the session's deadline, and the vendor's own time to live where one is set, to `seconds` from now; at least
   * 1, and it may be earlier than before. The state's `deadline` says when that is. `not-found` when it does not exist,
   * `conflict` when it is being deleted. */
  extend(context: Context, handle: HandleInput, seconds: number, options?: RawOptions): Promise<State>;
}

/** Parking a sandbox and bringing it back, and letting it live longer. Optional: hosts look it up by name.
 *
 * `stop`, `start` and `archive` drive the sandbox towards a goal and return the state last seen, which may still be on its way: poll
 * `status`. Each is idempotent: asking for what is so already, or under way already, succeeds. While the vendor
 * refuses because the sandbox is busy, the call waits and asks again until the deadline. */
export interface LifecycleInterface {
  /** Stops it and keeps its disk. The launch command ends; what it held in memory is lost. `not-found` when it does
   * not exist, `conflict` when it is broken or being deleted. */
  stop(handle: HandleInput, options?: CallOptions): Promise<State>;
  /** Starts it again, from `stopped`, `paused` or `archived`. The launch command runs anew. `not-found` when it does
   * not exist, `conflict` when it is broken or being deleted, `quota-exceeded` when there is no room for it. */
  start(handle: HandleInput, options?: CallOptions): Promise<State>;
  /** Moves its disk to cheap storage; this is the file system snapshot of `supports-fs-snapshot`, and `start` is the
   * way back. A running one is stopped first, within the same call. `not-found` when it does not exist, `conflict`
   * when it is broken or being deleted. */
  archive(handle: HandleInput, options?: CallOptions): Promise<State>;
  /** Renews its idle clock now, as far as its session's deadline lets it, without waiting for the moment at which
   * `status` would. An agent that has ended is not kept alive: the state's `agent` says so. What does not run is left
   * alone. A sandbox that does not exist is a state, as in `status`. */
  keepAlive(handle: HandleInput, options?: CallOptions): Promise<State>;
  /** Moves the session's deadline, and the vendor's own time to live where one is set, to `seconds` from now; at least
   * 1, and it may be earlier than before. The state's `deadline` says when that is. `not-found` when it does not exist,
   * `conflict` when it is being deleted. */
  extend(handle: HandleInput, seconds: number, options?: CallOptions): Promise<State>;
}

/** The contract's interfaces, each function without its context. */
export interface Interfaces {
  readonly provider: ProviderInterface;
  readonly inventory: InventoryInterface;
  readonly lifecycle: LifecycleInterface;
}

/** The contract's interfaces as they are. */
export interface RawInterfaces {
  readonly provider: RawProviderInterface;
  readonly inventory: RawInventoryInterface;
  readonly lifecycle: RawLifecycleInterface;
}

/** Every function of the contract. Where two interfaces have the same name, the first one has it here. */
export type Functions = ProviderInterface & InventoryInterface & LifecycleInterface;
