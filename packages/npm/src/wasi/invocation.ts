// One call of the component, seen from its imports: what it may reach, and the objects that it holds.

import { Exchange, type Limits, type Outgoing, type RequestEvent } from './exchange.ts';
import type { NotAResponse } from './failure.ts';
import { isStandard, type Fetch } from './fetch.ts';
import { Clock, Course, Timer, type Waitable } from './wait.ts';

/** What a call is given. */
export interface Surroundings {
  readonly clock: Clock;
  readonly fetch: Fetch;
  readonly environment: ReadonlyArray<readonly [string, string]>;
  /** Origins that it may call; null: it may call nobody. */
  readonly origins: readonly string[] | null;
  /** Whether it goes on. */
  readonly course: Course;
  /** Waits for its turn where many calls go on together. */
  readonly step: () => Promise<void> | void;
  /** Whether a reply's body is read as a whole before the component sees any of it. */
  readonly wholeReplies: boolean;
  readonly onRequest: ((event: RequestEvent) => void) | null;
}

/** Why nothing was sent to an origin. */
export interface Denial {
  readonly origin: string;
  readonly reason: string;
}

/** One call. Its objects are numbered from 1 on and no number is used twice. */
export class Invocation {
  readonly surroundings: Surroundings;
  readonly #objects: unknown[] = [null];
  readonly #exchanges: Exchange[] = [];
  /** Requests that were sent, and those of them that may change something. */
  requests = 0;
  changes = 0;
  /** The last request that was not sent because its origin is not allowed. */
  denial: Denial | null = null;
  /** What the engine called the last failure. */
  engineCode: string | null = null;

  constructor(surroundings: Surroundings) {
    this.surroundings = surroundings;
  }

  /** Keeps an object and returns its number. */
  keep(object: unknown): number {
    return this.#objects.push(object) - 1;
  }

  /** The object of a number. A number that stands for something else is a defect of the component. */
  object<T>(number: number, kind: abstract new (...rest: any[]) => T): T {
    const found = this.#objects[number];
    if (found instanceof kind) return found;
    throw new TypeError(`the component took object ${number} for a ${kind.name}`);
  }

  waitable(number: number): Waitable {
    const found = this.#objects[number] as Waitable | null | undefined;
    if (typeof found?.ready === 'function') return found;
    throw new TypeError(`the component took object ${number} for a pollable`);
  }

  /** Forgets an object. */
  drop(number: number): unknown {
    const found = this.#objects[number];
    this.#objects[number] = null;
    return found;
  }

  timer(when: bigint): number {
    return this.keep(new Timer(this.surroundings.clock, when));
  }

  exchange(outgoing: Outgoing, limits: Limits): Exchange {
    const { course, fetch, onRequest, wholeReplies } = this.surroundings;
    const named = (engine: string): void => void (this.engineCode = engine);
    const refuse = (problem: NotAResponse): void => course.end(problem);
    const exchange = new Exchange(outgoing, limits, this.#send, isStandard(fetch), wholeReplies, onRequest, named, refuse);
    this.#exchanges.push(exchange);
    return exchange;
  }

  readonly #send: Fetch = (input, init) => {
    this.requests += 1;
    if (init.method !== 'GET') this.changes += 1;
    const { fetch } = this.surroundings;
    return fetch(input, init);
  };

  /** Ends what is still under way. */
  end(): void {
    for (const exchange of this.#exchanges) exchange.cancel();
  }
}
