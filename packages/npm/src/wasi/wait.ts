// Things that a call waits for, and waiting for the first of several.

/** Something that becomes ready. */
export interface Waitable {
  ready(): boolean;
  /** Calls `wake` when it may have become ready; the returned function ends that. */
  watch(wake: () => void): () => void;
}

/** Who waits for one thing. */
export class Wakers {
  #wakers: ReadonlyArray<() => void> = [];

  watch(wake: () => void): () => void {
    this.#wakers = [...this.#wakers, wake];
    return () => (this.#wakers = this.#wakers.filter((other) => other !== wake));
  }

  wake(): void {
    // Whoever comes or goes meanwhile does so in another list.
    for (const wake of this.#wakers) wake();
  }
}

/** The monotonic clock of one provider, in nanoseconds. */
export class Clock {
  #start: number | null = null;

  now(): bigint {
    // The clock of the contract begins anywhere. Back-offs are spread by its nanoseconds, so processes that start together
    // must not begin at the same one. Not before a call: workers may not ask for randomness while they are loaded.
    this.#start ??= Math.floor(Math.random() * 1e9);
    return BigInt(Math.round(performance.now() * 1e6) + this.#start);
  }
}

/** Longest wait that timers of JavaScript know, in milliseconds. A longer one fires at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Becomes ready at a moment of the clock. */
export class Timer implements Waitable {
  readonly #clock: Clock;
  readonly #when: bigint;

  constructor(clock: Clock, when: bigint) {
    this.#clock = clock;
    this.#when = when;
  }

  ready(): boolean {
    return this.#clock.now() >= this.#when;
  }

  watch(wake: () => void): () => void {
    const left = Number(this.#when - this.#clock.now()) / 1e6;
    const timer = setTimeout(wake, Math.min(Math.max(Math.ceil(left), 0), MAX_TIMER_MS));
    return () => clearTimeout(timer);
  }
}

/** Whether a call goes on, told to whoever waits in it. An `AbortSignal` would do, at ten times the cost. */
export class Course {
  readonly #wakers = new Wakers();
  #reason: unknown = null;
  #left: Promise<void> | null = null;
  #leave: (() => void) | null = null;

  /** Why it ended; null while it goes on. */
  get reason(): unknown {
    return this.#reason;
  }

  watch(wake: () => void): () => void {
    return this.#wakers.watch(wake);
  }

  /** Ends it, once. */
  end(reason: NonNullable<unknown>): void {
    if (this.#reason !== null) return;
    this.#reason = reason;
    this.#wakers.wake();
  }

  /** Resolves once nobody is in it any more, whether it was ended or came to its end. */
  get left(): Promise<void> {
    return (this.#left ??= new Promise((resolve) => (this.#leave = resolve)));
  }

  leave(): void {
    this.#leave?.();
  }

  /** Throws the reason where it has ended. */
  check(): void {
    if (this.#reason !== null) throw this.#reason;
  }
}

/** Waits until one of several things is ready, or until nobody wants to know any more. */
export function firstOf(things: readonly Waitable[], course: Course): Promise<void> {
  return new Promise((resolve, reject) => {
    let unwatch: Array<() => void> = [];
    const leave = (): void => {
      for (const end of unwatch) end();
      unwatch = [];
    };
    const look = (): void => {
      leave();
      // Timers may fire a little before their time.
      if (course.reason !== null) reject(course.reason);
      else if (things.some((thing) => thing.ready())) resolve();
      else {
        unwatch.push(course.watch(look));
        for (const thing of things) unwatch.push(thing.watch(look));
      }
    };
    look();
  });
}
