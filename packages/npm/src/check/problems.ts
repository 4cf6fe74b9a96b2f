// What is wrong with what callers hand over, collected so that all of it is told at once.

/** One thing that is wrong: where, by which rule, and what. Never shows a value. */
export interface Problem {
  readonly path: string;
  readonly rule: string;
  readonly message: string;
}

/** The rule of what a session would run without. */
export const NOT_OFFERED = 'not-offered';

/** Problems that are told; a caller whose every entry is wrong has one mistake. */
const MOST = 50;

/** Problems in the order in which they were found. */
export class Problems {
  readonly #all: Problem[] = [];
  #isCut = false;

  /** Whether no more are told, so that looking for them is in vain. */
  get full(): boolean {
    return this.#isCut;
  }

  get none(): boolean {
    return this.#all.length === 0;
  }

  /** The message begins with the path, as `spec.image is empty` does. */
  add(path: string, rule: string, what: string): void {
    if (this.#all.length === MOST) this.#isCut = true;
    else this.#all.push({ path, rule, message: `${path} ${what}` });
  }

  /** Whether all of them are about such paths. */
  areOf(paths: RegExp): boolean {
    return this.#all.every(({ path }) => paths.test(path));
  }

  /** All that are told. */
  get all(): readonly Problem[] {
    return this.#all;
  }
}
