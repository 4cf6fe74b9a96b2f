// How many calls run at the same time.

import type { Course } from '../wasi/wait.ts';

/** Lets so many in; the others wait in the order in which they came. */
export class Limit {
  #free: number;
  readonly #waiting: Array<() => void> = [];

  constructor(most: number) {
    this.#free = most;
  }

  /** `granted` hears at once that the call is in, whatever becomes of who waits for it: from then on it has to leave. */
  enter(course: Course, granted: () => void): Promise<void> | void {
    if (this.#free > 0) {
      this.#free -= 1;
      granted();
      return;
    }
    return new Promise((resolve, reject) => {
      const enter = (): void => {
        unwatch();
        granted();
        resolve();
      };
      const unwatch = course.watch(() => {
        unwatch();
        this.#waiting.splice(this.#waiting.indexOf(enter), 1);
        reject(course.reason);
      });
      this.#waiting.push(enter);
    });
  }

  leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}

/** Calls that begin or go on in one turn of the event loop. */
const STEPS = 4;

const nextTurn: (act: () => void) => void =
  (globalThis as { setImmediate?: (act: () => void) => void }).setImmediate ?? ((act) => void setTimeout(act, 0));

/** Spreads calls that begin together, or whose replies come together, over turns of the event loop: each step is up to a
 * millisecond of work, and whoever else lives in the process shall not wait for five hundred of them. */
export class Pace {
  #taken = 0;
  #scheduled = false;
  #waiting: Array<() => void> = [];

  /** Waits for a turn. A call that runs alone has it. */
  step(alone: boolean): Promise<void> | void {
    if (alone && this.#waiting.length === 0) return;
    this.#schedule();
    if (this.#taken < STEPS && this.#waiting.length === 0) {
      this.#taken += 1;
      return;
    }
    return new Promise((resolve) => void this.#waiting.push(resolve));
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    nextTurn(this.#turn);
  }

  readonly #turn = (): void => {
    this.#scheduled = false;
    const next = this.#waiting;
    this.#waiting = next.splice(STEPS);
    this.#taken = next.length;
    for (const resolve of next) resolve();
    if (next.length > 0) this.#schedule();
  };
}
