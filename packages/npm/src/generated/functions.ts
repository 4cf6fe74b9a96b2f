// Generated from wit/ by `cargo xtask generate`. Do not edit.

import type { CallOptions, RawOptions } from '../options.ts';
import type { CapacityReport, Command, Completion, ConfigInput, Context, Declaration, Descriptor, Explanation, Finding, Handle, HandleInput, HealthReport, Mode, Output, Page, Report, Snapshot, SnapshotPage, Spec, State, Termination } from './types.ts';

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
 * trap, a call that it ended, and a result that it could not read as an error `internal` with `maybeApplied`.
 *
 * **Network.** Functions that return `result` use the network unless they say that they do not. Before such a call a host SHOULD
 * ask `origins` with the same context and handle, and refuse every other origin. A host MUST NOT answer a request in the
 * vendor's place, follow its redirects, or repeat a request that may have been sent.
 *
 * **Deadline.** `context.deadlineMs` bounds each call as a whole, retries and waits included. A host MAY end a call that takes
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
  /** What a pool provides. `runtimeProvides` is the pool's override: where it is present it replaces the provider's default as a
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
   * A host SHOULD leave it 40,000 ms or more: a vendor may take 30 s to answer a create. After an error with `maybeApplied`, and
   * after a trap or a call that it ended, the host MUST call `provision` again for the session or ask `locate`, before it
   * provisions the session elsewhere or gives it up. It MUST store the handle before it relies on the sandbox.
   *
   * Errors beside the common ones: `invalid-spec` also for the specification, `conflict` (the session has a sandbox that was made
   * for another specification, with the detail `differs`; or its name is taken by a sandbox that is not this provider's),
   * `quota-exceeded`, `no-capacity`. With `maybeApplied` the detail `sandbox-name` or `sandbox-id` says which sandbox may exist. */
  provision(context: Context, spec: Spec, options?: RawOptions): Promise<Handle>;
  /** The handle of a session's sandbox, from the session id alone: after a crash, or after an error with `maybeApplied`. Equal to
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
 * trap, a call that it ended, and a result that it could not read as an error `internal` with `maybeApplied`.
 *
 * **Network.** Functions that return `result` use the network unless they say that they do not. Before such a call a host SHOULD
 * ask `origins` with the same context and handle, and refuse every other origin. A host MUST NOT answer a request in the
 * vendor's place, follow its redirects, or repeat a request that may have been sent.
 *
 * **Deadline.** `context.deadlineMs` bounds each call as a whole, retries and waits included. A host MAY end a call that takes
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
  /** What a pool provides. `runtimeProvides` is the pool's override: where it is present it replaces the provider's default as a
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
   * A host SHOULD leave it 40,000 ms or more: a vendor may take 30 s to answer a create. After an error with `maybeApplied`, and
   * after a trap or a call that it ended, the host MUST call `provision` again for the session or ask `locate`, before it
   * provisions the session elsewhere or gives it up. It MUST store the handle before it relies on the sandbox.
   *
   * Errors beside the common ones: `invalid-spec` also for the specification, `conflict` (the session has a sandbox that was made
   * for another specification, with the detail `differs`; or its name is taken by a sandbox that is not this provider's),
   * `quota-exceeded`, `no-capacity`. With `maybeApplied` the detail `sandbox-name` or `sandbox-id` says which sandbox may exist. */
  provision(spec: Spec, options?: CallOptions): Promise<Handle>;
  /** The handle of a session's sandbox, from the session id alone: after a crash, or after an error with `maybeApplied`. Equal to
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
  /** The pool's sandboxes, the oldest first where the vendor sorts. `cursor` is the `nextCursor` of the page before; absent: the
   * first page. Changes nothing and keeps nothing alive.
   *
   * Errors beside the common ones of `provider`: `invalid-spec` when the vendor does not accept the cursor; `protocol` when the
   * vendor's pages do not end. */
  list(context: Context, cursor?: string | null, options?: RawOptions): Promise<Page>;
  /** Finds sandboxes whose session the platform does not know, and ends them in two steps: one reconciliation marks them, a later
   * one deletes them, and a session that is known again loses its mark. Idempotent.
   *
   * An orphan is a sandbox whose session is not among `knownSessions`, that was `minAgeSec` (at most 31,536,000) old at
   * `knownAsOf`, and that a look by its id confirms. It is deleted only where its mark is older than `knownAsOf`: so it has to
   * be missing from two lists, of which the second was read after the mark.
   *
   * `knownSessions` MUST be all sessions of the pool that may live: with an empty list every sandbox of the pool is an orphan.
   * `knownAsOf` MUST be a `serverTime` of a `list` from before they were read, RFC 3339 by the vendor's clock.
   *
   * Errors beside the common ones: `invalid-spec` when `knownAsOf` is not a date or is more than 60 s ahead of the vendor's
   * clock, and when `minAgeSec` is too large. What fails for one sandbox is an outcome `failed`, not an error, and what
   * fails after a first outcome ends in a report that is not `complete`. */
  reconcile(context: Context, knownSessions: readonly string[], knownAsOf: string, minAgeSec: number, mode: Mode, options?: RawOptions): Promise<Report>;
}

/** Finding what a platform left behind, and ending it. Optional: hosts look it up by name, and MUST do without it where it is
 * missing.
 *
 * Only sandboxes that this provider made for the context's pool are ever listed or changed, and none that carries the label of
 * another organization of the platform. */
export interface InventoryInterface {
  /** The pool's sandboxes, the oldest first where the vendor sorts. `cursor` is the `nextCursor` of the page before; absent: the
   * first page. Changes nothing and keeps nothing alive.
   *
   * Errors beside the common ones of `provider`: `invalid-spec` when the vendor does not accept the cursor; `protocol` when the
   * vendor's pages do not end. */
  list(cursor?: string | null, options?: CallOptions): Promise<Page>;
  /** Finds sandboxes whose session the platform does not know, and ends them in two steps: one reconciliation marks them, a later
   * one deletes them, and a session that is known again loses its mark. Idempotent.
   *
   * An orphan is a sandbox whose session is not among `knownSessions`, that was `minAgeSec` (at most 31,536,000) old at
   * `knownAsOf`, and that a look by its id confirms. It is deleted only where its mark is older than `knownAsOf`: so it has to
   * be missing from two lists, of which the second was read after the mark.
   *
   * `knownSessions` MUST be all sessions of the pool that may live: with an empty list every sandbox of the pool is an orphan.
   * `knownAsOf` MUST be a `serverTime` of a `list` from before they were read, RFC 3339 by the vendor's clock.
   *
   * Errors beside the common ones: `invalid-spec` when `knownAsOf` is not a date or is more than 60 s ahead of the vendor's
   * clock, and when `minAgeSec` is too large. What fails for one sandbox is an outcome `failed`, not an error, and what
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
 * broken or being deleted (final), or was busy until the deadline (retryable); `timeout` with `maybeApplied` when the deadline
 * ended on the way: a host MAY call again, and the call goes on from there. */
export interface RawLifecycleInterface {
  /** Stops it and keeps its disk. The launch command ends, and what it held in memory is lost. */
  stop(context: Context, handle: HandleInput, options?: RawOptions): Promise<State>;
  /** Starts it again, from `stopped`, `paused` or `archived`. The launch command runs anew. Errors also: `quota-exceeded`,
   * `no-capacity`. */
  start(context: Context, handle: HandleInput, options?: RawOptions): Promise<State>;
  /** Moves its disk to cheap storage; this is the file system snapshot of `supportsFsSnapshot`, and `start` is the way back. A
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
   * `maybeApplied`); `unsupported` where the vendor does not tell its time. */
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
 * broken or being deleted (final), or was busy until the deadline (retryable); `timeout` with `maybeApplied` when the deadline
 * ended on the way: a host MAY call again, and the call goes on from there. */
export interface LifecycleInterface {
  /** Stops it and keeps its disk. The launch command ends, and what it held in memory is lost. */
  stop(handle: HandleInput, options?: CallOptions): Promise<State>;
  /** Starts it again, from `stopped`, `paused` or `archived`. The launch command runs anew. Errors also: `quota-exceeded`,
   * `no-capacity`. */
  start(handle: HandleInput, options?: CallOptions): Promise<State>;
  /** Moves its disk to cheap storage; this is the file system snapshot of `supportsFsSnapshot`, and `start` is the way back. A
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
   * `maybeApplied`); `unsupported` where the vendor does not tell its time. */
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
   * It is sent once, and not again once it may have begun: an error then has `maybeApplied`, and where it does, the
   * detail `process-id`, by which `read` tells what became of it. What the command leaves running in the background
   * neither holds the call nor ends with it. A `timeoutMs` that the deadline does not leave time for is `invalid-spec`;
   * without a deadline there is as much as it takes. `invalid-spec` also for what cannot be started at all, before
   * anything is sent, and for a directory that does not exist; `conflict` after the session's deadline, and when
   * `exec-id` belongs to another command. */
  exec(context: Context, handle: HandleInput, command: Command, options?: RawOptions): Promise<Completion>;
  /** Starts a command in the background and returns its id: `processId`, or else one that it makes up.
   *
   * Idempotent with an id of the caller's, from any host: a repetition finds the one that runs or has ended, until the
   * sandbox stops; an error in between has `maybeApplied`. An id is 1 to 255 bytes. `conflict` when the id belongs to
   * another command, and after the session's deadline. The rest as with `exec`. */
  launch(context: Context, handle: HandleInput, command: Command, processId?: string | null, options?: RawOptions): Promise<string>;
  /** Reads what a launched or executed process wrote, and how it stands. Absent `processId`: the session's launch command.
   *
   * `cursor` is the `nextCursor` of the read before; absent: from the beginning. `maxBytes` bounds what is told of both
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
   * It is sent once, and not again once it may have begun: an error then has `maybeApplied`, and where it does, the
   * detail `process-id`, by which `read` tells what became of it. What the command leaves running in the background
   * neither holds the call nor ends with it. A `timeoutMs` that the deadline does not leave time for is `invalid-spec`;
   * without a deadline there is as much as it takes. `invalid-spec` also for what cannot be started at all, before
   * anything is sent, and for a directory that does not exist; `conflict` after the session's deadline, and when
   * `exec-id` belongs to another command. */
  exec(handle: HandleInput, command: Command, options?: CallOptions): Promise<Completion>;
  /** Starts a command in the background and returns its id: `processId`, or else one that it makes up.
   *
   * Idempotent with an id of the caller's, from any host: a repetition finds the one that runs or has ended, until the
   * sandbox stops; an error in between has `maybeApplied`. An id is 1 to 255 bytes. `conflict` when the id belongs to
   * another command, and after the session's deadline. The rest as with `exec`. */
  launch(handle: HandleInput, command: Command, processId?: string | null, options?: CallOptions): Promise<string>;
  /** Reads what a launched or executed process wrote, and how it stands. Absent `processId`: the session's launch command.
   *
   * `cursor` is the `nextCursor` of the read before; absent: from the beginning. `maxBytes` bounds what is told of both
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
 * configuration take `vendorName`. A name is 1 to 64 of the characters `a`–`z`, `0`–`9`, `.`, `_` and `-`, the first a letter or
 * digit.
 *
 * `reconcile` never touches snapshots. `createdAt` tells their age, so that an admin can end what nobody uses.
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
   * `maybeApplied` while it is still being made: look with `get`. */
  capture(context: Context, handle: HandleInput, name: string, options?: RawOptions): Promise<Snapshot>;
  /** Registers what a provision of that specification would build: image, command and sizes. Its session id, variables, labels and
   * the rest do not matter. Returns at once, mostly with `pending`: poll `get` until it is `ready`.
   *
   * Idempotent: one that is there with the same image and command is returned. `conflict` when the name is taken by another
   * one. `invalid-spec` for what cannot be registered, before anything is sent; `quota-exceeded`. */
  prepare(context: Context, name: string, spec: Spec, options?: RawOptions): Promise<Snapshot>;
  /** The snapshot of that name; none when the vendor proves that there is none. One request. */
  get(context: Context, name: string, options?: RawOptions): Promise<Snapshot | null>;
  /** The pool's snapshots. `cursor` is the `nextCursor` of the page before; absent: the first page. */
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
 * configuration take `vendorName`. A name is 1 to 64 of the characters `a`–`z`, `0`–`9`, `.`, `_` and `-`, the first a letter or
 * digit.
 *
 * `reconcile` never touches snapshots. `createdAt` tells their age, so that an admin can end what nobody uses.
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
   * `maybeApplied` while it is still being made: look with `get`. */
  capture(handle: HandleInput, name: string, options?: CallOptions): Promise<Snapshot>;
  /** Registers what a provision of that specification would build: image, command and sizes. Its session id, variables, labels and
   * the rest do not matter. Returns at once, mostly with `pending`: poll `get` until it is `ready`.
   *
   * Idempotent: one that is there with the same image and command is returned. `conflict` when the name is taken by another
   * one. `invalid-spec` for what cannot be registered, before anything is sent; `quota-exceeded`. */
  prepare(name: string, spec: Spec, options?: CallOptions): Promise<Snapshot>;
  /** The snapshot of that name; none when the vendor proves that there is none. One request. */
  get(name: string, options?: CallOptions): Promise<Snapshot | null>;
  /** The pool's snapshots. `cursor` is the `nextCursor` of the page before; absent: the first page. */
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
