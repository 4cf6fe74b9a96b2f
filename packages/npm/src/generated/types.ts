// Generated from wit/ by `cargo xtask generate`. Do not edit.

import type { CallOptions, RawOptions } from '../options.ts';

/** Names with values: an object, a map, or a list of pairs in which the last of a name wins. */
export type PairsInput =
  | Readonly<Record<string, string>>
  | ReadonlyMap<string, string>
  | ReadonlyArray<readonly [string, string]>;
/** A pool's configuration: a JSON object, or its text. */
export type ConfigInput = string | Readonly<Record<string, unknown>>;

/** Names with values, in order. Where a name occurs twice, the last one wins. A host MAY present them as a map. */
export type Pairs = Record<string, string>;

/** The key to the vendor's account, resolved by the platform for this one call.
 *
 * Nothing of it but `organization-id` and the origin of `api-url` ever comes back in a handle, a state, an error or a finding. */
export interface Credential {
  /** The secret itself, passed to the vendor byte for byte: never trimmed, parsed or hashed. A host MAY pass a placeholder
   * instead and put the key into the header `authorization` on the way out, so that the provider never holds the key. It
   * MUST then do so for origins only that somebody else than the provider vouches for. */
  secret: string;
  /** Base URL of the vendor's API that this key belongs to. Wins over every other source. A host SHOULD give it wherever the
   * pool may be edited by somebody who must not see the key: the pool's URL cannot lead the key elsewhere then. */
  apiUrl?: string | null;
  /** The vendor's id of the organization that owns the key, where the platform knows it. A handle that names
   * another one is refused before anything is sent. A host SHOULD give it where it knows it: it saves the requests that
   * settle whose key it is when the vendor denies a sandbox. */
  organizationId?: string | null;
}

/** What every call carries. A provider keeps no state between calls. */
export interface Context {
  /** The platform's organization on whose behalf the call is made. Sandboxes that carry another one are refused. */
  organizationId?: string | null;
  /** The pool's id; not empty. Together with the session id it names the sandbox, so it MUST stay the same for the life of
   * the pool, and MUST NOT be used for two pools of one account of the vendor. */
  poolId: string;
  /** The pool's configuration: a JSON object in the shape of `descriptor.config-schema`, or an empty string for
   * all defaults. */
  config?: ConfigInput;
  /** Absent: the provider reads the key from its environment. A credential that is present and unusable is an error, never a
   * reason to use the environment's. */
  credential?: Credential | null;
  /** Milliseconds that the whole call may take, retries and waits included; 1 to 3,600,000. Absent: 60,000 for `provision` and
   * `terminate`, 30,000 for everything else. */
  deadlineMs?: number | null;
  /** Keys that providers read:
   * - `observe`: with the value `true`, `status` only looks and keeps nothing alive (for dashboards);
   * - `max-requests`: decimal, at least 1. `reconcile` and `capacity`, whose number of requests grows with the pool, end
   *   with `complete` = false before they send more, so that hosts that repeat a call from its beginning can bound it;
   *   `reconcile` needs 4 to get on: a page, and up to 3 for a sandbox.
   *   Anything but such a number is `invalid-spec`. Known since 0.1.1. */
  extensions?: PairsInput;
}

/** Sizes and limits that a session asks for. Absent: the pool's value, then the provider's default. */
export interface Resources {
  /** Whole virtual CPUs, 1 to 1,024. */
  vCpu?: number | null;
  /** Memory in MiB, 1 to 16,777,216 (16 TiB); rounded up where the vendor sells coarser units. */
  memoryMb?: number | null;
  /** Disk in MiB, 1 to 16,777,216 (16 TiB); rounded up where the vendor sells coarser units. */
  diskMb?: number | null;
  /** Number of GPUs; 0 is the same as absent. */
  gpu?: number | null;
  /** Seconds without activity after which the sandbox may be stopped, 1 to 2,592,000 (30 days); rounded up to the vendor's
   * unit. */
  timeoutSec?: number | null;
}

/** What one session needs. */
export interface Spec {
  /** The platform's id of the session; not empty. Provisioning the same id in the same pool again means the same sandbox, so a
   * host MUST NOT use an id for two sessions of a pool. */
  sessionId: string;
  /** OCI image reference. Absent: the pool's image. */
  image?: string | null;
  /** Launch command, as an argument vector; not empty. Absent: the pool's command. */
  command?: readonly string[] | null;
  /** Environment of the launch command, passed on as it is. The provider adds nothing to it, and refuses it where it holds the
   * credential's secret. Assume that every member of the vendor's organization can read it. */
  env?: PairsInput;
  /** Labels for the sandbox beside the provider's own, whose reserved prefix is `invalid-spec` here. */
  labels?: PairsInput;
  /** Limits of this session. */
  resources?: Resources;
  /** Seconds that the session may last at most, counted from its creation; 1 to 31,536,000 (a year). */
  maxDurationSec?: number | null;
  /** Where to run it, in the vendor's terms. Absent: the pool's target. */
  region?: string | null;
  /** Known keys: `snapshot`, the vendor's name of a snapshot to begin from, in place of image, command and sizes. */
  extensions?: PairsInput;
}

/** Names one sandbox for ever. Survives JSON, and is readable by older and newer versions of its provider, which make equal handles
 * for the same sandbox. It holds no secret. A host MUST store all of it and return it unchanged, keys that it does not know
 * included. */
export interface Handle {
  /** `descriptor.id` of the provider that made it. Another provider refuses it. */
  providerId: string;
  /** The vendor's own id of the sandbox. */
  externalId: string;
  /** Facts known when the handle was made. Keys that others may rely on, each of which may be missing:
   * - `dialect`: which of the vendor's APIs the sandbox lives in;
   * - `api-origin`: scheme, host and port of the API that made it;
   * - `organization-id`: the vendor's id of the organization that owns it;
   * - `name`: the sandbox's name at the vendor;
   * - `toolbox-origin`: scheme, host and port under which its inside can be reached; `origins` says whether it is called. */
  metadata: Record<string, string>;
}

/** Names one sandbox for ever. Survives JSON, and is readable by older and newer versions of its provider, which make equal handles
 * for the same sandbox. It holds no secret. A host MUST store all of it and return it unchanged, keys that it does not know
 * included. */
export interface HandleInput {
  /** `descriptor.id` of the provider that made it. Another provider refuses it. */
  providerId: string;
  /** The vendor's own id of the sandbox. */
  externalId: string;
  /** Facts known when the handle was made. Keys that others may rely on, each of which may be missing:
   * - `dialect`: which of the vendor's APIs the sandbox lives in;
   * - `api-origin`: scheme, host and port of the API that made it;
   * - `organization-id`: the vendor's id of the organization that owns it;
   * - `name`: the sandbox's name at the vendor;
   * - `toolbox-origin`: scheme, host and port under which its inside can be reached; `origins` says whether it is called. */
  metadata?: PairsInput;
}

/** The four states that the platform schedules by. */
export type Status = 'provisioning' | 'running' | 'failed' | 'terminated';

/** What the four values of `status` do not distinguish. */
export type Phase = 'starting' | 'running' | 'stopping' | 'stopped' | 'paused' | 'archiving' | 'archived' | 'failed' | 'terminating' | 'destroyed' | 'unknown';

/** A sandbox's state at the moment of the vendor's answer. */
export interface State {
  /** The state that the platform schedules by. */
  status: Status;
  /** The state in detail. */
  phase: Phase;
  /** The vendor's own word, unchanged; empty when the vendor said none. */
  providerState: string;
  /** Why it failed or ended, in the vendor's words where it gave any. */
  reason: string | null;
  /** Whether the vendor says that a failed sandbox can be recovered. */
  recoverable: boolean;
  /** Keys that others may rely on, each of which may be missing. Dates are RFC 3339 by the vendor's clock:
   * - `created-at`: when the sandbox was created. Known since 0.1.1;
   * - `last-activity-at`: what its idle clock counts from, or since when it is parked. Known since 0.1.1;
   * - `agent`: whether the launch command runs: `running`, `exited`, or `unknown` where that could not be read;
   * - `agent-exit-code`: the launch command's exit code, decimal, once it has exited;
   * - `stops-at`: when the vendor will stop it as idle unless its idle clock is renewed before;
   * - `clock`: `behind` or `ahead` where the vendor's dates are shown to be so of the clock that idle time is counted
   *   by, so that `stops-at` and `deadline` may be reached earlier or later than they say;
   * - `toolbox-problem`: why it could not be read whether the agent runs, for people;
   * - `keep-alive-problem`: why its idle clock could not be renewed, for people;
   * - `organization`: `unverified` where it could not be settled that the key is of the organization that the handle was
   *   made in, so that a sandbox that does not exist may exist for another key;
   * - `deadline`: when its session ends, after which it is not kept alive any more;
   * - `desired-state`: the vendor's word for the state that it is meant to reach. */
  details: Record<string, string>;
}

/** How far a termination has come. */
export type Termination = 'requested' | 'gone';

/** What kind of failure an error is: the first thing that a host branches on. Whether a repetition may help is not in the code but
 * in `error.retryable`. */
export type ErrorCode = 'invalid-config' | 'invalid-spec' | 'unauthenticated' | 'permission-denied' | 'not-found' | 'conflict' | 'quota-exceeded' | 'rate-limited' | 'no-capacity' | 'unsupported' | 'unavailable' | 'timeout' | 'egress-denied' | 'protocol' | 'internal';

/** A failure. */
export interface ErrorRecord {
  /** The kind. */
  code: ErrorCode;
  /** What happened and what to do, for people. Never contains the secret. */
  message: string;
  /** Whether the same call may succeed later although nothing was corrected. A host MUST NOT repeat a call by itself where it is
   * false. */
  retryable: boolean;
  /** Milliseconds to wait before that, where the vendor said so. A host MUST NOT repeat the call earlier; where it is absent, it
   * SHOULD wait longer from one repetition to the next. */
  retryAfterMs: number | null;
  /** Whether what was asked for may have been applied all the same, by this call or an earlier one for the same session. A host
   * MUST ask `locate`, or repeat the call, before it creates anything elsewhere. */
  maybeApplied: boolean;
  /** The HTTP status that it came from, where one did. */
  httpStatus: number | null;
  /** Keys that others may rely on, each of which may be missing:
   * - `rule`: stable id of the rule that classified it; a host MUST accept ids that it does not know;
   * - `remedy`: what to do, for people;
   * - `limit`, `maximum`, `requested`: name and values of a limit, in the units that the vendor uses; with `rate-limited`, `limit`
   *   is the bucket that is exhausted;
   * - `sandbox-name`, `sandbox-id`: which sandbox the error is about, or which one may exist;
   * - `process-id`: which process may run, or has that id already;
   * - `snapshot-name`: the vendor's name of the snapshot that may come to exist;
   * - `differs`: in what the session's sandbox differs from what was asked for: names of fields, separated by `, `; empty where
   *   the vendor does not show it;
   * - `reason`: why the sandbox failed or the organization is suspended, in the vendor's words;
   * - `look-up`: the `rule` of the error of a look-up that failed after a create had failed;
   * - `url`: method and address of the request, without query;
   * - `location`: where a redirect led that was not followed, without query;
   * - `provider-message`: first line of the vendor's message;
   * - `path`: the field that is wrong: from `$` for the pool's configuration, from `spec`, `context` or `handle` for these, else
   *   the name of the parameter;
   * - `problems`: the number of problems, where there may be several. */
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

/** One problem of a configuration, or one remark about it. */
export interface Finding {
  /** How bad it is. */
  severity: Severity;
  /** Stable id of the rule; a host MUST accept ids that it does not know. */
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

/** What the platform's router matches sessions against. A flag is a promise: changing one changes which sessions arrive. */
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
  /** Known keys, since 0.1.1: `execution-security-file-read`, `-file-write`, `-network`, `-credentials`, `-isolation`
   * and `-tool-approval`, the levels of execution security that a sandbox enforces, in the platform's words. One that is
   * missing is the weakest. */
  extensions: Record<string, string>;
}

/** A sandbox of the pool, as a list shows it. A list may show what was true a while ago: a host MUST NOT end a session because of
 * a list alone, and asks `status` first. */
export interface Item {
  /** Its handle, equal to the one that `locate` returns. */
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

/** One page of the pool's sandboxes. */
export interface Page {
  /** The sandboxes of this page; MAY be empty on a page that is not the last one. */
  items: Item[];
  /** The `cursor` of the next page; absent on the last one. Opaque, and of no use in another pool. */
  nextCursor: string | null;
  /** When the vendor answered, RFC 3339, by its own clock: what `reconcile` takes as `known-as-of`. */
  serverTime: string | null;
}

/** How far a reconciliation goes. */
export type Mode = 'look' | 'mark' | 'act';

/** What was done with a sandbox. */
export type Action = 'kept' | 'marked' | 'unmarked' | 'deleted' | 'failed';

/** What was done with one sandbox, and why. */
export interface Outcome {
  /** The vendor's own id of it. */
  externalId: string;
  /** The session that it was made for. */
  sessionId: string | null;
  /** What was done. */
  action: Action;
  /** Why. Stable ids; a host MUST accept ids that it does not know:
   * - `known`: its session is known (`kept`, or `unmarked` where it had a mark);
   * - `no-session`, `age-unknown`: it does not say which session it was made for, or when it was created;
   * - `too-young`: younger than `min-age-sec` at `known-as-of`;
   * - `ending`, `gone`: being deleted, or deleted since it was listed;
   * - `changed`: a look by its id showed something else than the list;
   * - `orphan`: its session is unknown (`marked`, or `deleted` where it had a mark);
   * - `duplicate`: its session has another sandbox, and this one could not be deleted when it was found to be one too
   *   many (`deleted`);
   * - `marked-before`: marked by an earlier reconciliation; the mode `act` would delete it;
   * - `marked-too-late`: marked after `known-as-of`, so that this list does not confirm the mark;
   * - `no-server-time`: the vendor does not tell its time, so no mark can be dated;
   * - `would-mark`, `would-unmark`, `would-delete`: what `mark` or `act` would do;
   * - for `failed`, the `rule` of the error. */
  reason: string;
}

/** The result of a reconciliation. */
export interface Report {
  /** One for each sandbox that was examined. */
  outcomes: Outcome[];
  /** False when the deadline or an error ended it first: a host SHOULD call again, which continues with what is left. */
  complete: boolean;
  /** When the vendor answered last, RFC 3339, by its own clock. */
  serverTime: string | null;
}

/** Whether a pool can be used now. */
export type Condition = 'ready' | 'degraded' | 'unhealthy';

/** How a pool is. */
export interface HealthReport {
  /** In one word. */
  condition: Condition;
  /** Stable id of the rule that decided it; absent when it is ready. The rules are those of errors, and `key-expires`. */
  rule: string | null;
  /** Why, for people; absent when it is ready. */
  reason: string | null;
  /** Until when it lasts, or when it begins, RFC 3339 by the vendor's clock: the end of a rate limit, the expiry of
   * the key. Absent where nobody says. */
  until: string | null;
  /** All that was found. */
  findings: Finding[];
  /** Keys that others may rely on, each of which may be missing:
   * - `server-version`: the vendor's own version;
   * - `retry-after-ms`: milliseconds until the rate limit ends;
   * - `key-expires-at`: RFC 3339;
   * - `key-scopes`: what the key may do, in the vendor's words, separated by blanks. */
  extensions: Record<string, string>;
}

/** What became of a session. */
export interface Explanation {
  /** The session's sandbox; absent when there is none. Equal to the one that was passed, or to what `locate` returns. */
  handle: Handle | null;
  /** Its state, as `status` with `observe` shows it; absent when there is no sandbox. */
  state: State | null;
  /** The last output of the launch command, at most 64 KiB, with what looks like a terminal's control codes left in;
   * absent where it could not be read. It is the agent's own text and may hold whatever the agent printed: show it to
   * the session's owner only. */
  output: string | null;
  /** Causes and what to do about each, the worst first. Empty when all is well. */
  findings: Finding[];
  /** Keys that others may rely on, each of which may be missing:
   * - `output-problem`: why there is no `output`, for people;
   * - `output-truncated`: `true` where earlier output was left out;
   * - `organization`: `unverified`, as in `state.details`. */
  details: Record<string, string>;
}

/** How many sandboxes a pool has, and how many more it may have. */
export interface CapacityReport {
  /** Sandboxes of the pool that are up, on their way up, or whose state is not known. What is being deleted is in no count. */
  active: number;
  /** Sandboxes of the pool that are stopped, paused or archived, or on their way there. */
  parked: number;
  /** Sandboxes of the pool's usual size that the account has room for now. Absent: not known, never "unlimited". */
  available: number | null;
  /** Sandboxes of that size that the account would have room for if it were empty. Absent: not known. */
  maximum: number | null;
  /** The limit that `available` ends at: `cpu`, `memory` or `disk`. Absent where `available` is. */
  limit: string | null;
  /** When the vendor answered last, RFC 3339 by its own clock. */
  capturedAt: string | null;
  /** False when the deadline or `max-requests` ended first, so that `active` and `parked` are too low. */
  complete: boolean;
  /** Keys that others may rely on, each of which may be missing:
   * - `failed`: sandboxes that are broken and still have to be ended; they are in neither count;
   * - `limits-problem`: why `available` and `maximum` are not known, for people;
   * - `region`: the region whose limits were read;
   * - `cpu-limit`, `cpu-used`, `memory-limit`, `memory-used`, `disk-limit`, `disk-used`: of the account in this region,
   *   whole cores and GiB. */
  details: Record<string, string>;
}

/** What is run. */
export interface Command {
  /** The program, found by `PATH` where it has no slash, and its arguments. No NUL; at most 131,071 bytes each and
   * 1,800,000 in all: no Linux starts more. */
  argv: readonly string[];
  /** Variables beside those of the sandbox. Names are letters, digits and `_`; of a name that occurs twice the last
   * counts. */
  env?: PairsInput;
  /** Where it runs; relative to the image's own directory, which is used when this is absent. */
  workingDirectory?: string | null;
  /** Milliseconds after which it and all that it started are ended; at least 1. Absent: for `exec` what the deadline
   * leaves, for `launch` never. */
  timeoutMs?: number | null;
  /** Bytes that are kept of standard output, and of standard error; what comes after them is read and thrown away.
   * Absent: 262,144 for `exec`, 16,777,216 for `launch`. At most 1,048,576 for `exec` and 67,108,864 for `launch`. */
  maxOutputBytes?: number | null;
  /** Known keys: `exec-id`, for `exec`: an id of the caller's. A repetition with the same id and command waits for the
   * first one's result instead of running it again, as long as the sandbox keeps it. */
  extensions?: PairsInput;
}

/** How a command ended. */
export interface Completion {
  /** Its exit code: 128 and the number of the signal that ended it, 126 or 127 when it could not be started. Absent:
   * ended by its timeout, or nothing tells the code: see `ended-by`. */
  exitCode: number | null;
  /** Its standard output; bytes that are no UTF-8 are replaced by U+FFFD. */
  stdout: string;
  /** Its standard error. */
  stderr: string;
  /** Whether more was written than is told. */
  truncated: boolean;
  /** Keys that others may rely on, each of which may be missing:
   * - `streams`: `merged` where the vendor cannot tell the streams apart: all is in `stdout`;
   * - `ended-by`: `timeout`, or `unknown` where it is gone and nothing wrote down its code;
   * - `process-id`: by which `read` tells it once more. */
  details: Record<string, string>;
}

/** What a process wrote since the last read, and how it stands. */
export interface Output {
  /** Standard output. */
  stdout: string;
  /** Standard error. */
  stderr: string;
  /** Where the next read goes on; absent when the process has ended and all was read. */
  nextCursor: string | null;
  /** Whether it has ended. */
  ended: boolean;
  /** Its exit code, as in `completion`; absent while it runs, when its timeout ended it, and where nobody knows. */
  exitCode: number | null;
  /** Keys that others may rely on, each of which may be missing:
   * - `streams`: `merged` where the vendor cannot tell the streams apart: all is in `stdout`;
   * - `truncated`: `true` when it wrote more than is kept, and what is kept was read;
   * - `ended-by`: `timeout`, or `unknown`;
   * - `restarted`: `true` when it runs anew since the cursor was given: what is told begins again. */
  details: Record<string, string>;
}

/** How far it is. */
export type SnapshotPhase = 'pending' | 'building' | 'ready' | 'inactive' | 'failed' | 'removing' | 'unknown';

/** One of them. */
export interface Snapshot {
  /** The vendor's own id. */
  id: string;
  /** The short name. */
  name: string;
  /** Its name at the vendor. */
  vendorName: string;
  /** How far it is. */
  phase: SnapshotPhase;
  /** The vendor's own word, unchanged; empty when the vendor said none. */
  providerState: string;
  /** The image that it was made of; absent for a captured one. */
  image: string | null;
  /** Why it failed, in the vendor's words. */
  reason: string | null;
  /** When it was made, RFC 3339, by the vendor's clock. */
  createdAt: string | null;
  /** The vendor's id of the sandbox that it was captured from, where the vendor says. */
  sourceSandboxId: string | null;
  /** Keys that others may rely on, each of which may be missing:
   * - `command`: `none` when a sandbox from it launches nothing by itself, as is so with every captured one: begin the
   *   worker with `process.launch`;
   * - `vcpu`, `memory-mb`, `disk-mb`: the sizes of its sandboxes, decimal. */
  details: Record<string, string>;
}

/** A part of the pool's snapshots. */
export interface SnapshotPage {
  /** Them. */
  items: Snapshot[];
  /** Asks for the next page; absent on the last one. */
  nextCursor: string | null;
}

/** The core interface: every sandbox provider exports it, and a host needs no other.
 *
 * MUST, MUST NOT, SHOULD and MAY have the meaning of RFC 2119. They bind the host where the sentence is about the host, and the
 * provider everywhere else. What the pool and the session may say is in the provider's own documentation.
 *
 * **Instances.** Calls are independent of each other, and a provider keeps no state between them. A host MAY run each call in an
 * instance of its own, MAY reuse an instance for a later call, MAY run calls at the same time in separate instances, and MAY
 * replace the component by another version between any two calls. It MUST NOT enter an instance that has not returned yet, and
 * MUST NOT use an instance again after a trap or after a call that it ended.
 *
 * **No traps.** No input and no answer of the network makes a function trap; what is wrong is an `error`. A host MUST treat a
 * trap, a call that it ended, and a result that it could not read as an error `internal` with `maybe-applied`.
 *
 * **Network.** Functions that return `result` use the network unless they say that they do not. Before such a call a host SHOULD
 * ask `origins` with the same context and handle, and refuse every other origin. A host MUST NOT answer a request in the
 * vendor's place, follow its redirects, or repeat a request that may have been sent.
 *
 * **Deadline.** `context.deadline-ms` bounds each call as a whole, retries and waits included. A host MAY end a call that takes
 * longer, and SHOULD leave it 2,000 ms more than the deadline, so that the provider's own error is returned.
 *
 * **Errors.** Every function that uses the network MAY fail with `invalid-config` (the pool's configuration, the API's URL, or a
 * handle of another server or organization), `invalid-spec` (the context's other fields, or a malformed handle),
 * `unauthenticated`, `permission-denied`, `rate-limited`, `unsupported` (the server or its version), `unavailable`, `timeout`,
 * `egress-denied`, `protocol` and `internal`. Each function names the codes that it has beside these, and what is special of it. */
export interface RawProviderInterface {
  /** What this provider is. Local: no network, no environment. Constant for one version of the provider, so a host MAY ask once
   * for each component. */
  describe(options?: RawOptions): Promise<Descriptor>;
  /** Every finding about a pool's configuration at once, the most serious first; empty when there is none. A text that is not
   * JSON is a finding, not a failure. Local: no network, no environment, and nothing is said about the credential. A host MUST
   * NOT offer a pool with a finding of severity `error`: each call with it would fail with `invalid-config`. */
  checkConfig(config: ConfigInput, options?: RawOptions): Promise<Finding[]>;
  /** What a pool provides. `runtime-provides` is the pool's override: where it is present it replaces the provider's default as a
   * whole and is returned as it is, also when it is empty; where it is absent, the default holds. Local. */
  provides(runtimeProvides?: Declaration | null, options?: RawOptions): Promise<Declaration>;
  /** The kinds of `demand` that such a pool does not provide, runtime kinds before requirement kinds, in the demand's order, each
   * once. Empty means that the pool is eligible: a host MUST NOT provision a session in a pool whose list is not empty. Local. */
  unmet(demand: Declaration, runtimeProvides?: Declaration | null, options?: RawOptions): Promise<string[]>;
  /** The origins (`https://host` or `https://host:port`) that calls with this context and handle may contact, the API's first.
   *
   * Local: they follow from configuration, environment and handle alone, so a host MAY keep the answer for as long as these are
   * the same. It MUST NOT take it from one handle for another one. The credential's secret and the deadline have no influence.
   *
   * Errors: `invalid-config` (configuration, URL, handle of another server), `invalid-spec` (handle of another provider),
   * `unsupported` (a server that this provider does not support), `internal`; no others. */
  origins(context: Context, handle?: HandleInput | null, options?: RawOptions): Promise<string[]>;
  /** Creates the sandbox of a session and returns its handle without waiting until it runs: poll `status`.
   *
   * Idempotent by pool and session: a session that has a sandbox gets the handle of that one, by whichever host and version it was
   * made. A parked one is started, a broken one deleted and made anew. What is wrong with specification or configuration is
   * reported before anything is sent. What was created and could not be started is deleted before the error is returned.
   *
   * A host SHOULD leave it 40,000 ms or more: a vendor may take 30 s to answer a create. After an error with `maybe-applied`, and
   * after a trap or a call that it ended, the host MUST call `provision` again for the session or ask `locate`, before it
   * provisions the session elsewhere or gives it up. It MUST store the handle before it relies on the sandbox.
   *
   * Errors beside the common ones: `invalid-spec` also for the specification, `conflict` (the session has a sandbox that was made
   * for another specification, with the detail `differs`; or its name is taken by a sandbox that is not this provider's),
   * `quota-exceeded`, `no-capacity`. With `maybe-applied` the detail `sandbox-name` or `sandbox-id` says which sandbox may exist. */
  provision(context: Context, spec: Spec, options?: RawOptions): Promise<Handle>;
  /** The handle of a session's sandbox, from the session id alone: after a crash, or after an error with `maybe-applied`. Equal to
   * the one that `provision` returned. Changes nothing.
   *
   * None only when the vendor proves that there is no such sandbox: a host MAY then provision the session elsewhere. A sandbox
   * of the same name that this provider did not make for this pool and session is never returned.
   *
   * Errors beside the common ones: `invalid-spec` when the session id is empty. Never `not-found`. */
  locate(context: Context, sessionId: string, options?: RawOptions): Promise<Handle | null>;
  /** The sandbox's state.
   *
   * Polling keeps a session alive while its agent runs, until its deadline, unless the pool or the context extension `observe`
   * says otherwise. A host that wants that SHOULD poll at least three times in the time that the session may idle; one that only
   * displays MUST set `observe`.
   *
   * A sandbox that does not exist any more is a state (`terminated`, `destroyed`), which only the vendor's own word proves.
   * Failing to reach the vendor is an error: a host MUST NOT take any error for the end of a session.
   *
   * Errors: the common ones. Never `not-found`. */
  status(context: Context, handle: HandleInput, options?: RawOptions): Promise<State>;
  /** Ends a sandbox for good. Idempotent: ending what does not exist succeeds with `gone`. While the vendor refuses because the
   * sandbox is busy, the call waits and tries again until the deadline.
   *
   * A host MUST call it for every sandbox that it is done with, `failed` and `terminated` ones that are not `destroyed` included,
   * and repeat it until it succeeds. After `requested` it MAY forget the handle.
   *
   * Errors beside the common ones: `conflict`, retryable, when the deadline ended before the vendor accepted. The detail
   * `sandbox-id` names the sandbox. */
  terminate(context: Context, handle: HandleInput, options?: RawOptions): Promise<Termination>;
}

/** The core interface: every sandbox provider exports it, and a host needs no other.
 *
 * MUST, MUST NOT, SHOULD and MAY have the meaning of RFC 2119. They bind the host where the sentence is about the host, and the
 * provider everywhere else. What the pool and the session may say is in the provider's own documentation.
 *
 * **Instances.** Calls are independent of each other, and a provider keeps no state between them. A host MAY run each call in an
 * instance of its own, MAY reuse an instance for a later call, MAY run calls at the same time in separate instances, and MAY
 * replace the component by another version between any two calls. It MUST NOT enter an instance that has not returned yet, and
 * MUST NOT use an instance again after a trap or after a call that it ended.
 *
 * **No traps.** No input and no answer of the network makes a function trap; what is wrong is an `error`. A host MUST treat a
 * trap, a call that it ended, and a result that it could not read as an error `internal` with `maybe-applied`.
 *
 * **Network.** Functions that return `result` use the network unless they say that they do not. Before such a call a host SHOULD
 * ask `origins` with the same context and handle, and refuse every other origin. A host MUST NOT answer a request in the
 * vendor's place, follow its redirects, or repeat a request that may have been sent.
 *
 * **Deadline.** `context.deadline-ms` bounds each call as a whole, retries and waits included. A host MAY end a call that takes
 * longer, and SHOULD leave it 2,000 ms more than the deadline, so that the provider's own error is returned.
 *
 * **Errors.** Every function that uses the network MAY fail with `invalid-config` (the pool's configuration, the API's URL, or a
 * handle of another server or organization), `invalid-spec` (the context's other fields, or a malformed handle),
 * `unauthenticated`, `permission-denied`, `rate-limited`, `unsupported` (the server or its version), `unavailable`, `timeout`,
 * `egress-denied`, `protocol` and `internal`. Each function names the codes that it has beside these, and what is special of it. */
export interface ProviderInterface {
  /** What this provider is. Local: no network, no environment. Constant for one version of the provider, so a host MAY ask once
   * for each component. */
  describe(options?: CallOptions): Promise<Descriptor>;
  /** Every finding about a pool's configuration at once, the most serious first; empty when there is none. A text that is not
   * JSON is a finding, not a failure. Local: no network, no environment, and nothing is said about the credential. A host MUST
   * NOT offer a pool with a finding of severity `error`: each call with it would fail with `invalid-config`. */
  checkConfig(config?: ConfigInput, options?: CallOptions): Promise<Finding[]>;
  /** What a pool provides. `runtime-provides` is the pool's override: where it is present it replaces the provider's default as a
   * whole and is returned as it is, also when it is empty; where it is absent, the default holds. Local. */
  provides(runtimeProvides?: Declaration | null, options?: CallOptions): Promise<Declaration>;
  /** The kinds of `demand` that such a pool does not provide, runtime kinds before requirement kinds, in the demand's order, each
   * once. Empty means that the pool is eligible: a host MUST NOT provision a session in a pool whose list is not empty. Local. */
  unmet(demand: Declaration, runtimeProvides?: Declaration | null, options?: CallOptions): Promise<string[]>;
  /** The origins (`https://host` or `https://host:port`) that calls with this context and handle may contact, the API's first.
   *
   * Local: they follow from configuration, environment and handle alone, so a host MAY keep the answer for as long as these are
   * the same. It MUST NOT take it from one handle for another one. The credential's secret and the deadline have no influence.
   *
   * Errors: `invalid-config` (configuration, URL, handle of another server), `invalid-spec` (handle of another provider),
   * `unsupported` (a server that this provider does not support), `internal`; no others. */
  origins(handle?: HandleInput | null, options?: CallOptions): Promise<string[]>;
  /** Creates the sandbox of a session and returns its handle without waiting until it runs: poll `status`.
   *
   * Idempotent by pool and session: a session that has a sandbox gets the handle of that one, by whichever host and version it was
   * made. A parked one is started, a broken one deleted and made anew. What is wrong with specification or configuration is
   * reported before anything is sent. What was created and could not be started is deleted before the error is returned.
   *
   * A host SHOULD leave it 40,000 ms or more: a vendor may take 30 s to answer a create. After an error with `maybe-applied`, and
   * after a trap or a call that it ended, the host MUST call `provision` again for the session or ask `locate`, before it
   * provisions the session elsewhere or gives it up. It MUST store the handle before it relies on the sandbox.
   *
   * Errors beside the common ones: `invalid-spec` also for the specification, `conflict` (the session has a sandbox that was made
   * for another specification, with the detail `differs`; or its name is taken by a sandbox that is not this provider's),
   * `quota-exceeded`, `no-capacity`. With `maybe-applied` the detail `sandbox-name` or `sandbox-id` says which sandbox may exist. */
  provision(spec: Spec, options?: CallOptions): Promise<Handle>;
  /** The handle of a session's sandbox, from the session id alone: after a crash, or after an error with `maybe-applied`. Equal to
   * the one that `provision` returned. Changes nothing.
   *
   * None only when the vendor proves that there is no such sandbox: a host MAY then provision the session elsewhere. A sandbox
   * of the same name that this provider did not make for this pool and session is never returned.
   *
   * Errors beside the common ones: `invalid-spec` when the session id is empty. Never `not-found`. */
  locate(sessionId: string, options?: CallOptions): Promise<Handle | null>;
  /** The sandbox's state.
   *
   * Polling keeps a session alive while its agent runs, until its deadline, unless the pool or the context extension `observe`
   * says otherwise. A host that wants that SHOULD poll at least three times in the time that the session may idle; one that only
   * displays MUST set `observe`.
   *
   * A sandbox that does not exist any more is a state (`terminated`, `destroyed`), which only the vendor's own word proves.
   * Failing to reach the vendor is an error: a host MUST NOT take any error for the end of a session.
   *
   * Errors: the common ones. Never `not-found`. */
  status(handle: HandleInput, options?: CallOptions): Promise<State>;
  /** Ends a sandbox for good. Idempotent: ending what does not exist succeeds with `gone`. While the vendor refuses because the
   * sandbox is busy, the call waits and tries again until the deadline.
   *
   * A host MUST call it for every sandbox that it is done with, `failed` and `terminated` ones that are not `destroyed` included,
   * and repeat it until it succeeds. After `requested` it MAY forget the handle.
   *
   * Errors beside the common ones: `conflict`, retryable, when the deadline ended before the vendor accepted. The detail
   * `sandbox-id` names the sandbox. */
  terminate(handle: HandleInput, options?: CallOptions): Promise<Termination>;
}

/** Finding what a platform left behind, and ending it. Optional: hosts look it up by name, and MUST do without it where it is
 * missing.
 *
 * Only sandboxes that this provider made for the context's pool are ever listed or changed, and none that carries the label of
 * another organization of the platform. */
export interface RawInventoryInterface {
  /** The pool's sandboxes, the oldest first where the vendor sorts. `cursor` is the `next-cursor` of the page before; absent: the
   * first page. Changes nothing and keeps nothing alive.
   *
   * Errors beside the common ones of `provider`: `invalid-spec` when the vendor does not accept the cursor; `protocol` when the
   * vendor's pages do not end. */
  list(context: Context, cursor?: string | null, options?: RawOptions): Promise<Page>;
  /** Finds sandboxes whose session the platform does not know, and ends them in two steps: one reconciliation marks them, a later
   * one deletes them, and a session that is known again loses its mark. Idempotent.
   *
   * An orphan is a sandbox whose session is not among `known-sessions`, that was `min-age-sec` (at most 31,536,000) old at
   * `known-as-of`, and that a look by its id confirms. It is deleted only where its mark is older than `known-as-of`: so it has to
   * be missing from two lists, of which the second was read after the mark.
   *
   * `known-sessions` MUST be all sessions of the pool that may live: with an empty list every sandbox of the pool is an orphan.
   * `known-as-of` MUST be a `server-time` of a `list` from before they were read, RFC 3339 by the vendor's clock.
   *
   * Errors beside the common ones: `invalid-spec` when `known-as-of` is not a date or is more than 60 s ahead of the vendor's
   * clock, and when `min-age-sec` is too large. What fails for one sandbox is an outcome `failed`, not an error, and what
   * fails after a first outcome ends in a report that is not `complete`. */
  reconcile(context: Context, knownSessions: readonly string[], knownAsOf: string, minAgeSec: number, mode: Mode, options?: RawOptions): Promise<Report>;
}

/** Finding what a platform left behind, and ending it. Optional: hosts look it up by name, and MUST do without it where it is
 * missing.
 *
 * Only sandboxes that this provider made for the context's pool are ever listed or changed, and none that carries the label of
 * another organization of the platform. */
export interface InventoryInterface {
  /** The pool's sandboxes, the oldest first where the vendor sorts. `cursor` is the `next-cursor` of the page before; absent: the
   * first page. Changes nothing and keeps nothing alive.
   *
   * Errors beside the common ones of `provider`: `invalid-spec` when the vendor does not accept the cursor; `protocol` when the
   * vendor's pages do not end. */
  list(cursor?: string | null, options?: CallOptions): Promise<Page>;
  /** Finds sandboxes whose session the platform does not know, and ends them in two steps: one reconciliation marks them, a later
   * one deletes them, and a session that is known again loses its mark. Idempotent.
   *
   * An orphan is a sandbox whose session is not among `known-sessions`, that was `min-age-sec` (at most 31,536,000) old at
   * `known-as-of`, and that a look by its id confirms. It is deleted only where its mark is older than `known-as-of`: so it has to
   * be missing from two lists, of which the second was read after the mark.
   *
   * `known-sessions` MUST be all sessions of the pool that may live: with an empty list every sandbox of the pool is an orphan.
   * `known-as-of` MUST be a `server-time` of a `list` from before they were read, RFC 3339 by the vendor's clock.
   *
   * Errors beside the common ones: `invalid-spec` when `known-as-of` is not a date or is more than 60 s ahead of the vendor's
   * clock, and when `min-age-sec` is too large. What fails for one sandbox is an outcome `failed`, not an error, and what
   * fails after a first outcome ends in a report that is not `complete`. */
  reconcile(knownSessions: readonly string[], knownAsOf: string, minAgeSec: number, mode: Mode, options?: CallOptions): Promise<Report>;
}

/** Parking a sandbox and bringing it back, and moving the end of its session. Optional: hosts look it up by name, and MUST do
 * without it where it is missing.
 *
 * `stop`, `start` and `archive` drive the sandbox towards a goal and return the state last seen, in which it may still be on its
 * way: poll `status`. Each is idempotent: asking for what is so already, or on its way already, succeeds. While the vendor
 * refuses because the sandbox is busy, the call waits and asks again until the deadline.
 *
 * Errors of these three beside the common ones of `provider`: `not-found` when the sandbox does not exist; `conflict` when it is
 * broken or being deleted (final), or was busy until the deadline (retryable); `timeout` with `maybe-applied` when the deadline
 * ended on the way: a host MAY call again, and the call goes on from there. */
export interface RawLifecycleInterface {
  /** Stops it and keeps its disk. The launch command ends, and what it held in memory is lost. */
  stop(context: Context, handle: HandleInput, options?: RawOptions): Promise<State>;
  /** Starts it again, from `stopped`, `paused` or `archived`. The launch command runs anew. Errors also: `quota-exceeded`,
   * `no-capacity`. */
  start(context: Context, handle: HandleInput, options?: RawOptions): Promise<State>;
  /** Moves its disk to cheap storage; this is the file system snapshot of `supports-fs-snapshot`, and `start` is the way back. A
   * running one is stopped first, within the same call. Errors also: `unsupported` when this kind of sandbox has no archive. */
  archive(context: Context, handle: HandleInput, options?: RawOptions): Promise<State>;
  /** Renews its idle clock now, as far as its session's deadline admits, without waiting for the moment at which `status` would.
   * An agent that has ended is not kept alive, and what does not run is not changed: the details `agent`, `stops-at` and
   * `keep-alive-problem` say what came of it. A host MUST NOT conclude from success alone that the sandbox lives on.
   *
   * Errors: the common ones. A sandbox that does not exist is a state, as in `status`. */
  keepAlive(context: Context, handle: HandleInput, options?: RawOptions): Promise<State>;
  /** Moves the session's deadline, and the vendor's own time to live where one is set, to `seconds` from now: 1 to 31,536,000, and
   * it may be earlier than before. The state's `deadline` says when that is. Idempotent but for the time that passes.
   *
   * Errors beside the common ones: `invalid-spec` for other values, `not-found` when it does not exist, `conflict` when it is
   * being deleted, was busy until the deadline (retryable), or another writer undid the change each time (retryable,
   * `maybe-applied`); `unsupported` where the vendor does not tell its time. */
  extend(context: Context, handle: HandleInput, seconds: number, options?: RawOptions): Promise<State>;
}

/** Parking a sandbox and bringing it back, and moving the end of its session. Optional: hosts look it up by name, and MUST do
 * without it where it is missing.
 *
 * `stop`, `start` and `archive` drive the sandbox towards a goal and return the state last seen, in which it may still be on its
 * way: poll `status`. Each is idempotent: asking for what is so already, or on its way already, succeeds. While the vendor
 * refuses because the sandbox is busy, the call waits and asks again until the deadline.
 *
 * Errors of these three beside the common ones of `provider`: `not-found` when the sandbox does not exist; `conflict` when it is
 * broken or being deleted (final), or was busy until the deadline (retryable); `timeout` with `maybe-applied` when the deadline
 * ended on the way: a host MAY call again, and the call goes on from there. */
export interface LifecycleInterface {
  /** Stops it and keeps its disk. The launch command ends, and what it held in memory is lost. */
  stop(handle: HandleInput, options?: CallOptions): Promise<State>;
  /** Starts it again, from `stopped`, `paused` or `archived`. The launch command runs anew. Errors also: `quota-exceeded`,
   * `no-capacity`. */
  start(handle: HandleInput, options?: CallOptions): Promise<State>;
  /** Moves its disk to cheap storage; this is the file system snapshot of `supports-fs-snapshot`, and `start` is the way back. A
   * running one is stopped first, within the same call. Errors also: `unsupported` when this kind of sandbox has no archive. */
  archive(handle: HandleInput, options?: CallOptions): Promise<State>;
  /** Renews its idle clock now, as far as its session's deadline admits, without waiting for the moment at which `status` would.
   * An agent that has ended is not kept alive, and what does not run is not changed: the details `agent`, `stops-at` and
   * `keep-alive-problem` say what came of it. A host MUST NOT conclude from success alone that the sandbox lives on.
   *
   * Errors: the common ones. A sandbox that does not exist is a state, as in `status`. */
  keepAlive(handle: HandleInput, options?: CallOptions): Promise<State>;
  /** Moves the session's deadline, and the vendor's own time to live where one is set, to `seconds` from now: 1 to 31,536,000, and
   * it may be earlier than before. The state's `deadline` says when that is. Idempotent but for the time that passes.
   *
   * Errors beside the common ones: `invalid-spec` for other values, `not-found` when it does not exist, `conflict` when it is
   * being deleted, was busy until the deadline (retryable), or another writer undid the change each time (retryable,
   * `maybe-applied`); `unsupported` where the vendor does not tell its time. */
  extend(handle: HandleInput, seconds: number, options?: CallOptions): Promise<State>;
}

/** Why something does not work, what became of a session, and how many more fit. Optional: hosts look it up by name.
 *
 * Nothing here creates, changes or ends anything, or keeps a session alive. A key that the vendor refuses is presented
 * once per call and never again, because some vendors lock an address out that goes on.
 *
 * Findings come with the most serious first. What could not be told is a `note` that says so, and is never guessed. The
 * `path` of a finding begins with `$` where it is about the pool's configuration, as in `check-config`; otherwise with
 * what it is about: `context`, `spec`, `handle`; `vendor` for the vendor's server, `vendor.url` for where it is looked for,
 * `vendor.key` for the key, `vendor.limits` for what the account may have; `sandbox` for the sandbox, `sandbox.command` for
 * what runs in it. A `rule` is the one that `error.details` has where both tell the same. No finding shows the value
 * of a variable or of a secret.
 *
 * Every function that returns `result` may fail with `invalid-spec` (a deadline of 0 or over an hour, an empty pool id,
 * an empty session id) and `internal`. A host that asks `origins` before such a call, as it SHOULD, has the error of that one
 * where the configuration or the API's URL is wrong, or the handle is another server's, and the call does not take place:
 * `check-spec` and `check-config` tell the same as findings, without the network. */
export interface RawDiagnosticsInterface {
  /** Every remark on a session's specification in this pool at once. An `error` is what `provision` would refuse before it
   * sends anything, the pool's configuration and the context included; a `warning` works, but is probably not meant; a
   * `note` is worth knowing. Local: no network. Reads the environment only to find the key where it must not be. */
  checkSpec(context: Context, spec: Spec, options?: RawOptions): Promise<Finding[]>;
  /** Whether the pool can be used now, from one request. Whatever makes it unusable, a missing key included, is a report and
   * not an error; so is a wrong configuration, to a host that calls without asking `origins` before. */
  health(context: Context, options?: RawOptions): Promise<HealthReport>;
  /** Whether a provision would work, as far as it can be told without creating anything: configuration, key and what it
   * may do, server, region, snapshot, sizes. With a specification, that one; without, one that leaves everything to the
   * pool. At most four requests, none of which counts against the vendor's budget for creating. Empty when all that
   * could be told is well; whatever would make a provision fail is a finding and not an error, a wrong configuration as
   * with `health`. */
  preflight(context: Context, spec?: Spec | null, options?: RawOptions): Promise<Finding[]>;
  /** What became of a session and what to do about it. At most three requests, and where the vendor denies a sandbox, those
   * that settle whose answer that is.
   *
   * Without a handle, the sandbox is looked for as `locate` does, and what only its inside knows (exit code, output) is
   * left out: a host admits calls to a sandbox's inside by the handle, so hosts SHOULD `locate` first and pass the handle.
   * A session without a sandbox is an explanation without a handle, not an error.
   *
   * Errors: as `locate` and `status`; `invalid-spec` also when the handle is another session's. */
  explain(context: Context, sessionId: string, handle?: HandleInput | null, options?: RawOptions): Promise<Explanation>;
  /** Sandboxes of the pool, and how many more fit where the key may see it. One request for each 200 sandboxes and two
   * more. Errors: as `list`. */
  capacity(context: Context, options?: RawOptions): Promise<CapacityReport>;
}

/** Why something does not work, what became of a session, and how many more fit. Optional: hosts look it up by name.
 *
 * Nothing here creates, changes or ends anything, or keeps a session alive. A key that the vendor refuses is presented
 * once per call and never again, because some vendors lock an address out that goes on.
 *
 * Findings come with the most serious first. What could not be told is a `note` that says so, and is never guessed. The
 * `path` of a finding begins with `$` where it is about the pool's configuration, as in `check-config`; otherwise with
 * what it is about: `context`, `spec`, `handle`; `vendor` for the vendor's server, `vendor.url` for where it is looked for,
 * `vendor.key` for the key, `vendor.limits` for what the account may have; `sandbox` for the sandbox, `sandbox.command` for
 * what runs in it. A `rule` is the one that `error.details` has where both tell the same. No finding shows the value
 * of a variable or of a secret.
 *
 * Every function that returns `result` may fail with `invalid-spec` (a deadline of 0 or over an hour, an empty pool id,
 * an empty session id) and `internal`. A host that asks `origins` before such a call, as it SHOULD, has the error of that one
 * where the configuration or the API's URL is wrong, or the handle is another server's, and the call does not take place:
 * `check-spec` and `check-config` tell the same as findings, without the network. */
export interface DiagnosticsInterface {
  /** Every remark on a session's specification in this pool at once. An `error` is what `provision` would refuse before it
   * sends anything, the pool's configuration and the context included; a `warning` works, but is probably not meant; a
   * `note` is worth knowing. Local: no network. Reads the environment only to find the key where it must not be. */
  checkSpec(spec: Spec, options?: CallOptions): Promise<Finding[]>;
  /** Whether the pool can be used now, from one request. Whatever makes it unusable, a missing key included, is a report and
   * not an error; so is a wrong configuration, to a host that calls without asking `origins` before. */
  health(options?: CallOptions): Promise<HealthReport>;
  /** Whether a provision would work, as far as it can be told without creating anything: configuration, key and what it
   * may do, server, region, snapshot, sizes. With a specification, that one; without, one that leaves everything to the
   * pool. At most four requests, none of which counts against the vendor's budget for creating. Empty when all that
   * could be told is well; whatever would make a provision fail is a finding and not an error, a wrong configuration as
   * with `health`. */
  preflight(spec?: Spec | null, options?: CallOptions): Promise<Finding[]>;
  /** What became of a session and what to do about it. At most three requests, and where the vendor denies a sandbox, those
   * that settle whose answer that is.
   *
   * Without a handle, the sandbox is looked for as `locate` does, and what only its inside knows (exit code, output) is
   * left out: a host admits calls to a sandbox's inside by the handle, so hosts SHOULD `locate` first and pass the handle.
   * A session without a sandbox is an explanation without a handle, not an error.
   *
   * Errors: as `locate` and `status`; `invalid-spec` also when the handle is another session's. */
  explain(sessionId: string, handle?: HandleInput | null, options?: CallOptions): Promise<Explanation>;
  /** Sandboxes of the pool, and how many more fit where the key may see it. One request for each 200 sandboxes and two
   * more. Errors: as `list`. */
  capacity(options?: CallOptions): Promise<CapacityReport>;
}

/** Running programs in a session's sandbox, beside its launch command. Optional: hosts look it up by name.
 *
 * A program gets exactly its words, the variables and the directory that it is given, an empty standard input, and the user
 * of the sandbox. No shell reads its words. Signals INT and QUIT are ignored in it, as in whatever a shell starts in the
 * background.
 *
 * A program is started once, whatever stands between the host and the sandbox does with a request: that is decided inside the
 * sandbox. A stop of the sandbox ends every process, and forgets it; files stay.
 *
 * What was launched counts as the session's agent: while any of it, or the launch command, runs, polling `status` keeps
 * the sandbox alive. `exec` and `launch` are activity themselves. `read` and `kill` are not, so that watching a program
 * that has ended keeps nothing billed.
 *
 * Every function may fail with `invalid-spec` (a deadline of 0 or over an hour, a malformed handle or id), `not-found`
 * (the sandbox does not exist), `conflict` (it does not run), `unsupported` (the vendor's server or the image offers no way
 * in, or the host's handle does not name it: `locate` gives a new one), `egress-denied`, and as every call does with
 * `invalid-config`, `unauthenticated`, `permission-denied`, `rate-limited`, `unavailable`, `timeout`, `protocol`, `internal`. */
export interface RawProcessInterface {
  /** Runs a command to its end.
   *
   * It is sent once, and not again once it may have begun: an error then has `maybe-applied`, and where it does, the
   * detail `process-id`, by which `read` tells what became of it. What the command leaves running in the background
   * neither holds the call nor ends with it. A `timeout-ms` that the deadline does not leave time for is `invalid-spec`;
   * without a deadline there is as much as it takes. `invalid-spec` also for what cannot be started at all, before
   * anything is sent, and for a directory that does not exist; `conflict` after the session's deadline, and when
   * `exec-id` belongs to another command. */
  exec(context: Context, handle: HandleInput, command: Command, options?: RawOptions): Promise<Completion>;
  /** Starts a command in the background and returns its id: `process-id`, or else one that it makes up.
   *
   * Idempotent with an id of the caller's, from any host: a repetition finds the one that runs or has ended, until the
   * sandbox stops; an error in between has `maybe-applied`. An id is 1 to 255 bytes. `conflict` when the id belongs to
   * another command, and after the session's deadline. The rest as with `exec`. */
  launch(context: Context, handle: HandleInput, command: Command, processId?: string | null, options?: RawOptions): Promise<string>;
  /** Reads what a launched or executed process wrote, and how it stands. Absent `process-id`: the session's launch command.
   *
   * `cursor` is the `next-cursor` of the read before; absent: from the beginning. `max-bytes` bounds what is told of both
   * streams together, at least 4, and 262,144 when absent; at most 1,048,576. A character that is not all written yet is left for
   * the next read. Idempotent, and no activity for the vendor. `not-found` also for a process that is not known since the
   * sandbox was started last; `quota-exceeded` for a log of the launch command that is larger than 16 MiB. */
  read(context: Context, handle: HandleInput, processId?: string | null, cursor?: string | null, maxBytes?: number | null, options?: RawOptions): Promise<Output>;
  /** Ends a process and all that it started that did not leave its group: with TERM, and after some seconds with KILL.
   *
   * Idempotent: succeeds only once the process has ended, also when it had before. The launch command is ended by
   * `terminate` and `stop` instead. `timeout` when it did not end in time: ask again. `not-found` also for a process
   * that is not known since the sandbox was started last. */
  kill(context: Context, handle: HandleInput, processId: string, options?: RawOptions): Promise<void>;
}

/** Running programs in a session's sandbox, beside its launch command. Optional: hosts look it up by name.
 *
 * A program gets exactly its words, the variables and the directory that it is given, an empty standard input, and the user
 * of the sandbox. No shell reads its words. Signals INT and QUIT are ignored in it, as in whatever a shell starts in the
 * background.
 *
 * A program is started once, whatever stands between the host and the sandbox does with a request: that is decided inside the
 * sandbox. A stop of the sandbox ends every process, and forgets it; files stay.
 *
 * What was launched counts as the session's agent: while any of it, or the launch command, runs, polling `status` keeps
 * the sandbox alive. `exec` and `launch` are activity themselves. `read` and `kill` are not, so that watching a program
 * that has ended keeps nothing billed.
 *
 * Every function may fail with `invalid-spec` (a deadline of 0 or over an hour, a malformed handle or id), `not-found`
 * (the sandbox does not exist), `conflict` (it does not run), `unsupported` (the vendor's server or the image offers no way
 * in, or the host's handle does not name it: `locate` gives a new one), `egress-denied`, and as every call does with
 * `invalid-config`, `unauthenticated`, `permission-denied`, `rate-limited`, `unavailable`, `timeout`, `protocol`, `internal`. */
export interface ProcessInterface {
  /** Runs a command to its end.
   *
   * It is sent once, and not again once it may have begun: an error then has `maybe-applied`, and where it does, the
   * detail `process-id`, by which `read` tells what became of it. What the command leaves running in the background
   * neither holds the call nor ends with it. A `timeout-ms` that the deadline does not leave time for is `invalid-spec`;
   * without a deadline there is as much as it takes. `invalid-spec` also for what cannot be started at all, before
   * anything is sent, and for a directory that does not exist; `conflict` after the session's deadline, and when
   * `exec-id` belongs to another command. */
  exec(handle: HandleInput, command: Command, options?: CallOptions): Promise<Completion>;
  /** Starts a command in the background and returns its id: `process-id`, or else one that it makes up.
   *
   * Idempotent with an id of the caller's, from any host: a repetition finds the one that runs or has ended, until the
   * sandbox stops; an error in between has `maybe-applied`. An id is 1 to 255 bytes. `conflict` when the id belongs to
   * another command, and after the session's deadline. The rest as with `exec`. */
  launch(handle: HandleInput, command: Command, processId?: string | null, options?: CallOptions): Promise<string>;
  /** Reads what a launched or executed process wrote, and how it stands. Absent `process-id`: the session's launch command.
   *
   * `cursor` is the `next-cursor` of the read before; absent: from the beginning. `max-bytes` bounds what is told of both
   * streams together, at least 4, and 262,144 when absent; at most 1,048,576. A character that is not all written yet is left for
   * the next read. Idempotent, and no activity for the vendor. `not-found` also for a process that is not known since the
   * sandbox was started last; `quota-exceeded` for a log of the launch command that is larger than 16 MiB. */
  read(handle: HandleInput, processId?: string | null, cursor?: string | null, maxBytes?: number | null, options?: CallOptions): Promise<Output>;
  /** Ends a process and all that it started that did not leave its group: with TERM, and after some seconds with KILL.
   *
   * Idempotent: succeeds only once the process has ended, also when it had before. The launch command is ended by
   * `terminate` and `stop` instead. `timeout` when it did not end in time: ask again. `not-found` also for a process
   * that is not known since the sandbox was started last. */
  kill(handle: HandleInput, processId: string, options?: CallOptions): Promise<void>;
}

/** File systems that sandboxes begin from, made ahead. Optional: hosts look it up by name.
 *
 * A snapshot belongs to a pool by its name at the vendor, which is made from the pool's id: only such are listed, activated
 * and deleted. All functions take and return the short name; the extension `snapshot` of a `spec` and the pool's own
 * configuration take `vendor-name`. A name is 1 to 64 of the characters `a`–`z`, `0`–`9`, `.`, `_` and `-`, the first a letter or
 * digit.
 *
 * `reconcile` never touches snapshots. `created-at` tells their age, so that an admin can end what nobody uses.
 *
 * Every function may fail with `invalid-spec` (a deadline of 0 or over an hour, a name that is none), and as every call
 * does with `invalid-config`, `unauthenticated`, `permission-denied`, `rate-limited`, `unavailable`, `timeout`, `unsupported` (the vendor's
 * server is too old), `egress-denied`, `protocol`, `internal`. */
export interface RawSnapshotsInterface {
  /** Makes a snapshot of a sandbox's file system. The sandbox goes on; variables, labels and the launch command are not part
   * of it.
   *
   * Waits until it is there, because the vendor tells neither a failure nor a name that was taken meanwhile: a
   * snapshot that is there and younger than the request is the proof. Not idempotent. `conflict` when the name is taken, unless by a
   * snapshot that is known to be of this sandbox, which is returned; and when the sandbox is in another state than started or
   * stopped. `not-found` when it does not exist, `quota-exceeded`. `unavailable` when the vendor dropped it. `timeout` with
   * `maybe-applied` while it is still being made: look with `get`. */
  capture(context: Context, handle: HandleInput, name: string, options?: RawOptions): Promise<Snapshot>;
  /** Registers what a provision of that specification would build: image, command and sizes. Its session id, variables, labels and
   * the rest do not matter. Returns at once, mostly with `pending`: poll `get` until it is `ready`.
   *
   * Idempotent: one that is there with the same image and command is returned. `conflict` when the name is taken by another
   * one. `invalid-spec` for what cannot be registered, before anything is sent; `quota-exceeded`. */
  prepare(context: Context, name: string, spec: Spec, options?: RawOptions): Promise<Snapshot>;
  /** The snapshot of that name; none when the vendor proves that there is none. One request. */
  get(context: Context, name: string, options?: RawOptions): Promise<Snapshot | null>;
  /** The pool's snapshots. `cursor` is the `next-cursor` of the page before; absent: the first page. */
  list(context: Context, cursor?: string | null, options?: RawOptions): Promise<SnapshotPage>;
  /** Makes an `inactive` snapshot usable again; idempotent. `not-found` when there is none, `conflict` when it is in a phase from which that is
   * not possible, retryable for some minutes after it was made inactive. */
  activate(context: Context, name: string, options?: RawOptions): Promise<Snapshot>;
  /** Deletes a snapshot, whatever its phase; sandboxes that began from it live on. Idempotent: `gone` when there is none. One that
   * comes back, as vendors let those do that were just made, is deleted again. */
  delete(context: Context, name: string, options?: RawOptions): Promise<Termination>;
}

/** File systems that sandboxes begin from, made ahead. Optional: hosts look it up by name.
 *
 * A snapshot belongs to a pool by its name at the vendor, which is made from the pool's id: only such are listed, activated
 * and deleted. All functions take and return the short name; the extension `snapshot` of a `spec` and the pool's own
 * configuration take `vendor-name`. A name is 1 to 64 of the characters `a`–`z`, `0`–`9`, `.`, `_` and `-`, the first a letter or
 * digit.
 *
 * `reconcile` never touches snapshots. `created-at` tells their age, so that an admin can end what nobody uses.
 *
 * Every function may fail with `invalid-spec` (a deadline of 0 or over an hour, a name that is none), and as every call
 * does with `invalid-config`, `unauthenticated`, `permission-denied`, `rate-limited`, `unavailable`, `timeout`, `unsupported` (the vendor's
 * server is too old), `egress-denied`, `protocol`, `internal`. */
export interface SnapshotsInterface {
  /** Makes a snapshot of a sandbox's file system. The sandbox goes on; variables, labels and the launch command are not part
   * of it.
   *
   * Waits until it is there, because the vendor tells neither a failure nor a name that was taken meanwhile: a
   * snapshot that is there and younger than the request is the proof. Not idempotent. `conflict` when the name is taken, unless by a
   * snapshot that is known to be of this sandbox, which is returned; and when the sandbox is in another state than started or
   * stopped. `not-found` when it does not exist, `quota-exceeded`. `unavailable` when the vendor dropped it. `timeout` with
   * `maybe-applied` while it is still being made: look with `get`. */
  capture(handle: HandleInput, name: string, options?: CallOptions): Promise<Snapshot>;
  /** Registers what a provision of that specification would build: image, command and sizes. Its session id, variables, labels and
   * the rest do not matter. Returns at once, mostly with `pending`: poll `get` until it is `ready`.
   *
   * Idempotent: one that is there with the same image and command is returned. `conflict` when the name is taken by another
   * one. `invalid-spec` for what cannot be registered, before anything is sent; `quota-exceeded`. */
  prepare(name: string, spec: Spec, options?: CallOptions): Promise<Snapshot>;
  /** The snapshot of that name; none when the vendor proves that there is none. One request. */
  get(name: string, options?: CallOptions): Promise<Snapshot | null>;
  /** The pool's snapshots. `cursor` is the `next-cursor` of the page before; absent: the first page. */
  list(cursor?: string | null, options?: CallOptions): Promise<SnapshotPage>;
  /** Makes an `inactive` snapshot usable again; idempotent. `not-found` when there is none, `conflict` when it is in a phase from which that is
   * not possible, retryable for some minutes after it was made inactive. */
  activate(name: string, options?: CallOptions): Promise<Snapshot>;
  /** Deletes a snapshot, whatever its phase; sandboxes that began from it live on. Idempotent: `gone` when there is none. One that
   * comes back, as vendors let those do that were just made, is deleted again. */
  delete(name: string, options?: CallOptions): Promise<Termination>;
}

/** The contract's interfaces, each function without its context. */
export interface Interfaces {
  readonly provider: ProviderInterface;
  readonly inventory: InventoryInterface;
  readonly lifecycle: LifecycleInterface;
  readonly diagnostics: DiagnosticsInterface;
  readonly process: ProcessInterface;
  readonly snapshots: SnapshotsInterface;
}

/** The contract's interfaces as they are. */
export interface RawInterfaces {
  readonly provider: RawProviderInterface;
  readonly inventory: RawInventoryInterface;
  readonly lifecycle: RawLifecycleInterface;
  readonly diagnostics: RawDiagnosticsInterface;
  readonly process: RawProcessInterface;
  readonly snapshots: RawSnapshotsInterface;
}

/** Every function of the contract. Where two interfaces have the same name, the first one has it here. */
export type Functions = ProviderInterface & InventoryInterface & LifecycleInterface & DiagnosticsInterface & ProcessInterface & Omit<SnapshotsInterface, 'list'>;
