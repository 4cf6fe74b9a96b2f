// The component as functions that return promises: one call each in an instance of its own, bounded in number, with the
// origins that it may reach.

import { entriesOf, type Call, type Case } from './abi.ts';
import type { Engine, Mode } from './engine.ts';
import { Ended, fromReason, fromRecord, type Known } from './failure.ts';
import { Limit, Pace } from './limit.ts';
import { Local } from './local.ts';
import { canSuspend, engineFor } from './modes.ts';
import { compile, compileNow } from './module.ts';
import { isPromise } from '../check/kind.ts';
import { SandboxError, withoutCause } from '../errors.ts';
import { interfaces } from '../generated/contract.ts';
import type { ErrorRecord } from '../generated/types.ts';
import { readEnvironment } from '../environment.ts';
import { MAX_DEADLINE_MS, type GivenBindingOptions } from '../given.ts';
import type { ProviderEvent } from '../options.ts';
import type { Spelled } from '../spelling.ts';
import { Invocation, type Surroundings } from '../wasi/invocation.ts';
import { isStandard, knowsCache } from '../wasi/fetch.ts';
import { Clock, Course } from '../wasi/wait.ts';

const CONCURRENT = 1_000;

/** Answers to `origins` that are kept. */
const KEPT_ORIGINS = 256;

/** Milliseconds after which a call ends that has not begun, by the contract's own defaults. */
const LONG_DEADLINE_MS = 60_000;
const DEADLINE_MS = 30_000;

/** Milliseconds before a call begins that a default deadline does not count. */
const UNCOUNTED_MS = 10;

/** Requests of one call where each wait runs it again: its cost grows with their square. */
const MAX_REPLAYED_REQUESTS = '24';

/** A context as it is passed on, complete. */
export interface PassedContext {
  organizationId?: string | null;
  poolId: string;
  config?: unknown;
  credential?: { secret: string; apiUrl?: string | null; organizationId?: string | null } | null;
  deadlineMs?: number | null;
  extensions?: any;
}

/** What a call is told beside its values. */
export interface CallSettings {
  readonly signal: AbortSignal | null;
  readonly deadlineMs: number | null;
  /** Paths in the caller's spelling; null: those of the raw contract. */
  readonly spelled: Spelled | null;
}

export class Binding {
  readonly mode: Mode;
  readonly #options: GivenBindingOptions;
  readonly #clock = new Clock();
  readonly #limit: Limit;
  readonly #pace = new Pace();
  /** What the component named for the configuration that was used last. */
  #origins = { config: '', known: new Map<string, readonly string[]>() };
  readonly #running = new Set<Course>();
  #closed = false;
  #engine: Engine | null = null;
  #local: Local | null = null;

  constructor(options: GivenBindingOptions) {
    this.#options = options;
    const wanted = options.mode ?? 'auto';
    if (wanted === 'jspi' && !canSuspend()) {
      const message = 'mode is jspi, and this engine cannot suspend WebAssembly (JavaScript Promise Integration). Node has it from 24.20 on; use auto or replay here.';
      throw new SandboxError('unsupported', message, { details: { rule: 'no-jspi', path: 'mode' } });
    }
    this.mode = wanted === 'auto' ? (canSuspend() ? 'jspi' : 'replay') : wanted;
    this.#limit = new Limit(options.maxConcurrentCalls ?? CONCURRENT);
  }

  /** Calls a function. `values` makes its values once the call has its turn, and may take its time. */
  async call(
    declared: Call,
    name: string,
    values: (course: Course) => readonly unknown[] | Promise<readonly unknown[]>,
    settings: CallSettings,
  ): Promise<unknown> {
    const start = performance.now();
    const course = new Course();
    const { signal } = settings;
    const abort = (): void => course.end(new Ended('aborted', { cause: signal?.reason }));
    const deadlineMs = inRange(settings.deadlineMs) ?? (/#(provision|terminate)$/.test(declared.name) ? LONG_DEADLINE_MS : DEADLINE_MS);
    let invocation: Invocation | null = null;
    let failure: SandboxError | null = null;
    let entered = false;
    let late: ReturnType<typeof setTimeout> | undefined;
    // Until the component runs, which has a timer of its own.
    const limited = <T>(promise: Promise<T>): Promise<T> => {
      late ??= setTimeout(() => course.end(new Ended('deadline')), deadlineMs);
      return unlessEnded(promise, course);
    };
    try {
      if (this.#closed) throw new Ended('closed');
      this.#running.add(course);
      if (signal?.aborted === true) abort();
      else listen(signal, 'addEventListener', abort);
      course.check();
      const wait = this.#limit.enter(course, () => void (entered = true));
      if (wait !== undefined) await limited(wait);
      const engine = this.#engine ?? (await limited(this.#start()));
      const making = values(course);
      const made = isLater(making) ? await limited(making) : making;
      const turn = this.#step();
      if (turn !== undefined) await turn;
      course.check();
      clearTimeout(late);
      const environment = this.#environment();
      invocation = new Invocation({
        clock: this.#clock,
        fetch: this.#options.fetch ?? globalThis.fetch,
        environment,
        origins: this.#allowed(declared, made, environment),
        course,
        step: this.#step,
        wholeReplies: this.mode === 'replay',
        onRequest: this.#options.onEvent === null ? null : (event) => this.#tell({ ...event, function: name }),
      });
      const timely = withTimeLeft(declared, made, deadlineMs, performance.now() - start);
      const passed = this.mode === 'replay' ? bounded(declared, timely) : timely;
      return unwrapped(await engine.run(declared, passed, invocation), invocation, this.#known(settings.spelled));
    } catch (reason) {
      const ended = course.reason !== null && !(reason instanceof SandboxError) ? course.reason : reason;
      failure = fromReason(ended, declared, invocation);
      throw failure;
    } finally {
      clearTimeout(late);
      if (entered) this.#limit.leave();
      this.#running.delete(course);
      course.leave();
      invocation?.end();
      listen(signal, 'removeEventListener', abort);
      this.#heard(name, start, invocation?.requests ?? 0, failure);
    }
  }

  /** The values of a call as `reading` takes them. One that is refused before it began is told of like any other. */
  taken<Values>(name: string, reading: () => Values): Values {
    try {
      return reading();
    } catch (error) {
      this.#heard(name, performance.now(), 0, error as SandboxError);
      throw error;
    }
  }

  /** Calls a function that neither waits nor reaches anything, at once. */
  callNow(declared: Call, values: readonly unknown[], spelled: Spelled | null = null): unknown {
    const invocation = new Invocation(this.#isolated([]));
    try {
      this.#local ??= new Local(compileNow());
      return unwrapped(this.#local.run(declared, values, invocation), invocation, this.#known(spelled));
    } catch (reason) {
      throw fromReason(reason, declared, null);
    }
  }

  /** The same once the component is compiled. */
  async callLocal(declared: Call, name: string, values: readonly unknown[], settings: CallSettings): Promise<unknown> {
    const start = performance.now();
    const { signal } = settings;
    let failure: SandboxError | null = null;
    try {
      if (this.#closed) throw new Ended('closed');
      if (signal?.aborted === true) throw new Ended('aborted', { cause: signal.reason });
      await compile();
      return this.callNow(declared, values, settings.spelled);
    } catch (reason) {
      failure = fromReason(reason, declared, null);
      throw failure;
    } finally {
      this.#heard(name, start, 0, failure);
    }
  }

  /** Compiles the component before the first call. */
  async warm(): Promise<void> {
    try {
      if (this.#closed) throw new Ended('closed');
      this.#engine ??= engineFor(this.mode, await compile());
    } catch (reason) {
      throw fromReason(reason, interfaces.provider.describe, null);
    }
  }

  /** Ends the calls that run and refuses new ones. Resolves once the last one has ended. */
  async close(): Promise<void> {
    this.#closed = true;
    const drained = Promise.all([...this.#running].map((course) => course.left));
    for (const course of [...this.#running]) course.end(new Ended('closed'));
    await drained;
  }

  #known(spelled: Spelled | null): Known {
    return { spelled, hasEnvironment: this.#options.environment !== null };
  }

  async #start(): Promise<Engine> {
    const compiling = compile();
    // Node loads its fetch when it is first needed, which takes longer than compiling on another thread meanwhile.
    if (isStandard(this.#options.fetch)) knowsCache();
    const module = await compiling;
    return (this.#engine ??= engineFor(this.mode, module));
  }

  #isolated(environment: Surroundings['environment']): Surroundings {
    return {
      clock: this.#clock,
      fetch: () => Promise.reject(new TypeError('a local function sends nothing')),
      environment,
      origins: null,
      course: ENDLESS,
      step: () => {},
      wholeReplies: false,
      onRequest: null,
    };
  }

  readonly #step = (): Promise<void> | void => this.#pace.step(this.#running.size < 2);

  #environment(): Surroundings['environment'] {
    const { environment } = this.#options;
    return environment === null ? [] : readEnvironment(environment);
  }

  /** The origins that the call may reach: what the component names, as far as the provider's own list lets it. */
  #allowed(declared: Call, values: readonly unknown[], environment: Surroundings['environment']): readonly string[] | null {
    const named = this.#named(declared, values, environment);
    const { allowedOrigins } = this.#options;
    return allowedOrigins === null || named === null ? named : named.filter((origin) => allowedOrigins.includes(origin));
  }

  #named(declared: Call, values: readonly unknown[], environment: Surroundings['environment']): readonly string[] | null {
    const context = values[placeOf(declared, 'context')] as PassedContext;
    const handle = values[placeOf(declared, 'handle')] ?? null;
    const { apiUrl, organizationId } = context.credential ?? {};
    const config = typeof context.config === 'string' ? context.config : (JSON.stringify(context.config) ?? '');
    // A provider has one configuration, which is long: it is not put together with the rest for each call.
    if (config !== this.#origins.config) this.#origins = { config, known: new Map() };
    const key = `${apiUrl}\n${organizationId}\n${handle === null && environment.length === 0 ? '' : JSON.stringify([handle, environment])}`;
    const known = this.#origins.known.get(key);
    if (known !== undefined) return known;
    let named: readonly string[];
    try {
      this.#local ??= new Local(compileNow());
      const invocation = new Invocation(this.#isolated(environment));
      const plain: PassedContext = { ...context, deadlineMs: null, extensions: [] };
      named = unwrapped(this.#local.run(interfaces.provider.origins, [plain, handle], invocation), invocation, this.#known(null)) as string[];
    } catch {
      // The call itself comes to the same problem and tells it.
      return null;
    }
    const all = this.#origins.known;
    if (all.size >= KEPT_ORIGINS) all.delete(all.keys().next().value!);
    all.set(key, named);
    return named;
  }

  #heard(name: string, start: number, requests: number, failure: SandboxError | null): void {
    if (this.#options.onEvent === null) return;
    const durationMs = performance.now() - start;
    const error = failure === null ? null : withoutCause(failure);
    this.#tell({ type: 'call', function: name, durationMs, requests, code: failure?.code ?? null, error });
  }

  #tell(event: ProviderEvent): void {
    // What listens must not change what happens, neither at once nor later.
    try {
      const heard = this.#options.onEvent?.(event) as Promise<unknown> | undefined;
      if (isPromise(heard)) heard?.then(undefined, () => {});
    } catch {}
  }
}

const ENDLESS = new Course();

/** Which parameter of a function has a name; -1: none. */
const placeOf = (declared: Call, wanted: string): number => declared.params.findIndex(([name]) => name === wanted);

/** A deadline that the component takes; null: there is none, or one that it will refuse. */
const inRange = (deadlineMs: number | null): number | null =>
  deadlineMs !== null && deadlineMs >= 1 && deadlineMs <= MAX_DEADLINE_MS ? deadlineMs : null;

/** Whether values have still to come. A promise may be one of another realm, or of a library. */
const isLater = (values: readonly unknown[] | Promise<readonly unknown[]>): values is Promise<readonly unknown[]> => isPromise(values);

/** Listens to a signal, or ends that. One that is no engine's own may throw. */
function listen(signal: AbortSignal | null, how: 'addEventListener' | 'removeEventListener', abort: () => void): void {
  try {
    signal?.[how]('abort', abort, { once: true });
  } catch {}
}

/** The same values with the time that is left for the call: its turn and its key may have taken some of it. */
function withTimeLeft(declared: Call, values: readonly unknown[], deadlineMs: number, goneMs: number): readonly unknown[] {
  const place = placeOf(declared, 'context');
  const context = values[place] as PassedContext;
  const given = context.deadlineMs ?? null;
  // What the component refuses is its to refuse, and what took no time need not be counted.
  if (given === null ? goneMs < UNCOUNTED_MS : inRange(given) === null) return values;
  const changed = { ...context, deadlineMs: Math.max(1, Math.ceil(deadlineMs - goneMs)) };
  return values.map((value, index) => (index === place ? changed : value));
}

/** A promise that is waited for only while anybody wants to know. */
function unlessEnded<T>(promise: Promise<T>, course: Course): Promise<T> {
  return new Promise((resolve, reject) => {
    const unwatch = course.watch(() => reject(course.reason));
    promise.then(resolve, reject).finally(unwatch);
    // It may have ended while the promise was made.
    if (course.reason !== null) reject(course.reason);
  });
}

/** The value of a function that succeeded; throws the error of one that did not. */
function unwrapped(value: unknown, invocation: Invocation, known: Known): unknown {
  const { tag, val } = (value ?? {}) as Case;
  if (tag === 'ok') return val;
  if (tag === 'err') throw fromRecord(val as ErrorRecord, invocation, known);
  return value;
}

/** The same values, with a bound on the requests of the call unless its caller has set one. */
function bounded(declared: Call, values: readonly unknown[]): readonly unknown[] {
  const place = placeOf(declared, 'context');
  const context = values[place] as PassedContext;
  const extensions = entriesOf(context.extensions);
  if (extensions.some(([name]) => name === 'max-requests')) return values;
  const changed = { ...context, extensions: [...extensions, ['max-requests', MAX_REPLAYED_REQUESTS]] };
  return values.map((value, index) => (index === place ? changed : value));
}
