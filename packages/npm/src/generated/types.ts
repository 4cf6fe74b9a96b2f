// Generated from wit/ by `cargo xtask generate`. Do not edit.

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
 * Nothing of it but `organizationId` and the origin of `apiUrl` ever comes back in a handle, a state, an error or a finding. */
export interface Credential {
  /** The secret itself, passed to the vendor byte for byte: never trimmed, parsed or hashed. A host MAY pass a placeholder
   * instead and put the key into the header `authorization` on the way out, so that the provider never holds the key. It
   * MUST then do so for origins only that somebody else than the provider vouches for. */
  secret: string;
  /** Base URL of the vendor's API that this key belongs to. Wins over every other source. A host SHOULD give it wherever the
   * pool may be edited by somebody who must not see the key: the pool's URL cannot lead the key elsewhere then. */
  apiUrl?: string | null | undefined;
  /** The vendor's id of the organization that owns the key, where the platform knows it. A handle that names
   * another one is refused before anything is sent. A host SHOULD give it where it knows it: it saves the requests that
   * settle whose key it is when the vendor denies a sandbox. */
  organizationId?: string | null | undefined;
}

/** What every call carries. A provider keeps no state between calls. */
export interface Context {
  /** The platform's organization on whose behalf the call is made. Sandboxes that carry another one are refused. */
  organizationId?: string | null | undefined;
  /** The pool's id; not empty. Together with the session id it names the sandbox, so it MUST stay the same for the life of
   * the pool, and MUST NOT be used for two pools of one account of the vendor. */
  poolId: string;
  /** The pool's configuration: a JSON object in the shape of `descriptor.configSchema`, or an empty string for
   * all defaults. */
  config?: ConfigInput | undefined;
  /** Absent: the provider reads the key from its environment. A credential that is present and unusable is an error, never a
   * reason to use the environment's. */
  credential?: Credential | null | undefined;
  /** Milliseconds that the whole call may take, retries and waits included; 1 to 3,600,000. Absent: 60,000 for `provision` and
   * `terminate`, 30,000 for everything else. */
  deadlineMs?: number | null | undefined;
  /** Keys that providers read:
   * - `observe`: with the value `true`, `status` only looks and keeps nothing alive (for dashboards);
   * - `max-requests`: decimal, at least 1. `reconcile` and `capacity`, whose number of requests grows with the pool, end
   *   with `complete` = false before they send more, so that hosts that repeat a call from its beginning can bound it;
   *   `reconcile` needs 4 to get on: a page, and up to 3 for a sandbox.
   *   Anything but such a number is `invalid-spec`. Known since 0.1.1. */
  extensions?: PairsInput | undefined;
}

/** Sizes and limits that a session asks for. Absent: the pool's value, then the provider's default. */
export interface Resources {
  /** Whole virtual CPUs, 1 to 1,024. */
  vCpu?: number | null | undefined;
  /** Memory in MiB, 1 to 16,777,216 (16 TiB); rounded up where the vendor sells coarser units. */
  memoryMb?: number | null | undefined;
  /** Disk in MiB, 1 to 16,777,216 (16 TiB); rounded up where the vendor sells coarser units. */
  diskMb?: number | null | undefined;
  /** Number of GPUs; 0 is the same as absent. */
  gpu?: number | null | undefined;
  /** Seconds without activity after which the sandbox may be stopped, 1 to 2,592,000 (30 days); rounded up to the vendor's
   * unit. */
  timeoutSec?: number | null | undefined;
}

/** What one session needs. */
export interface Spec {
  /** The platform's id of the session; not empty. Provisioning the same id in the same pool again means the same sandbox, so a
   * host MUST NOT use an id for two sessions of a pool. */
  sessionId: string;
  /** OCI image reference. Absent: the pool's image. */
  image?: string | null | undefined;
  /** Launch command, as an argument vector; not empty. Absent: the pool's command. */
  command?: readonly string[] | null | undefined;
  /** Environment of the launch command, passed on as it is. The provider adds nothing to it, and refuses it where it holds the
   * credential's secret. Assume that every member of the vendor's organization can read it. */
  env?: PairsInput | undefined;
  /** Labels for the sandbox beside the provider's own, whose reserved prefix is `invalid-spec` here. */
  labels?: PairsInput | undefined;
  /** Limits of this session. */
  resources?: Resources | undefined;
  /** Seconds that the session may last at most, counted from its creation; 1 to 31,536,000 (a year). */
  maxDurationSec?: number | null | undefined;
  /** Where to run it, in the vendor's terms. Absent: the pool's target. */
  region?: string | null | undefined;
  /** Known keys: `snapshot`, the vendor's name of a snapshot to begin from, in place of image, command and sizes. */
  extensions?: PairsInput | undefined;
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
  metadata?: PairsInput | undefined;
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
   * - `problems`: the number of problems, where there may be several;
   * - `path-1`, `problem-1`: of several problems the first one's path and text; then `path-2` and `problem-2`, and so on. */
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
  /** Stable id, the `providerId` of its handles. */
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
  /** When the vendor answered, RFC 3339, by its own clock: what `reconcile` takes as `knownAsOf`. */
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
   * - `too-young`: younger than `minAgeSec` at `knownAsOf`;
   * - `ending`, `gone`: being deleted, or deleted since it was listed;
   * - `changed`: a look by its id showed something else than the list;
   * - `orphan`: its session is unknown (`marked`, or `deleted` where it had a mark);
   * - `duplicate`: its session has another sandbox, and this one could not be deleted when it was found to be one too
   *   many (`deleted`);
   * - `marked-before`: marked by an earlier reconciliation; the mode `act` would delete it;
   * - `marked-too-late`: marked after `knownAsOf`, so that this list does not confirm the mark;
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
  env?: PairsInput | undefined;
  /** Where it runs; relative to the image's own directory, which is used when this is absent. */
  workingDirectory?: string | null | undefined;
  /** Milliseconds after which it and all that it started are ended; at least 1. Absent: for `exec` what the deadline
   * leaves, for `launch` never. */
  timeoutMs?: number | null | undefined;
  /** Bytes that are kept of standard output, and of standard error; what comes after them is read and thrown away.
   * Absent: 262,144 for `exec`, 16,777,216 for `launch`. At most 1,048,576 for `exec` and 67,108,864 for `launch`. */
  maxOutputBytes?: number | null | undefined;
  /** Known keys: `exec-id`, for `exec`: an id of the caller's. A repetition with the same id and command waits for the
   * first one's result instead of running it again, as long as the sandbox keeps it. */
  extensions?: PairsInput | undefined;
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

