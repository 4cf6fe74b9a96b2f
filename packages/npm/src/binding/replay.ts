// Waiting on engines that cannot suspend WebAssembly. Where `poll` has to wait, the call is left by an exception and its
// instance is dropped. Once something is ready, the call runs again from its beginning in a fresh instance, which is given
// the recorded result of every import call in order. It comes to the same place, because it has no randomness and no other
// clock than the recorded one, and goes on from there. Nothing is sent twice: what was sent is compared, not repeated.

import { firstOf, type Waitable } from '../wasi/wait.ts';
import type { Invocation } from '../wasi/invocation.ts';
import type { Call, Flat } from './abi.ts';
import type { Engine } from './engine.ts';
import { lifted, lowered, type Imported } from './imports.ts';
import { Instance } from './instance.ts';

/** One import call: which, with what, and what came of it. */
interface Entry {
  readonly imported: Imported;
  readonly values: readonly unknown[];
  readonly result: unknown;
}

/** Leaves a call that has to wait. */
class Suspension {
  constructor(readonly things: readonly Waitable[]) {}
}

/** A call went another way than the first time. */
export class Divergence extends Error {}

export class Replaying implements Engine {
  readonly mode = 'replay';
  readonly idle = 0;
  readonly #module: WebAssembly.Module;
  readonly #imported: readonly Imported[];

  constructor(module: WebAssembly.Module, imported: readonly Imported[]) {
    this.#module = module;
    this.#imported = imported;
  }

  async run(declared: Call, values: readonly unknown[], invocation: Invocation): Promise<unknown> {
    const record: Entry[] = [];
    for (;;) {
      const turn = new Turn(record, invocation);
      try {
        const result = turn.instance(this.#module, this.#imported).call(declared, values);
        turn.end();
        return result;
      } catch (reason) {
        if (!(reason instanceof Suspension)) throw reason;
        turn.end();
        await firstOf(reason.things, invocation.surroundings.course);
      }
    }
  }
}

/** One run of a call from its beginning. */
class Turn {
  readonly #record: Entry[];
  readonly #invocation: Invocation;
  #at = 0;

  constructor(record: Entry[], invocation: Invocation) {
    this.#record = record;
    this.#invocation = invocation;
  }

  instance(module: WebAssembly.Module, imported: readonly Imported[]): Instance {
    const imports: Record<string, Record<string, WebAssembly.ImportValue>> = {};
    let instance: Instance;
    for (const one of imported) {
      (imports[one.module] ??= {})[one.name] = (...flat: Flat[]) => {
        const values = lifted(one, instance.memory, flat);
        return lowered(one, instance.memory, flat, this.#act(one, values));
      };
    }
    instance = new Instance(module, imports);
    return instance;
  }

  /** Every recorded call has to have been made again. */
  end(): void {
    if (this.#at < this.#record.length) {
      throw new Divergence(`it ended or waited before ${this.#record[this.#at]!.imported.full} was called again`);
    }
  }

  #act(imported: Imported, values: readonly unknown[]): unknown {
    const entry = this.#record[this.#at];
    if (entry !== undefined) {
      if (entry.imported !== imported || !same(entry.values, values)) {
        throw new Divergence(`it called ${imported.full} where it had called ${entry.imported.full}, or with other values`);
      }
      this.#at += 1;
      return entry.result;
    }
    const result = imported.act === null ? this.#poll(values) : imported.act(this.#invocation, ...values);
    this.#record.push({ imported, values, result });
    this.#at += 1;
    return result;
  }

  #poll(values: readonly unknown[]): readonly number[] {
    const things = (values[0] as readonly number[]).map((handle) => this.#invocation.waitable(handle));
    const ready = [...things.keys()].filter((index) => things[index]!.ready());
    if (ready.length === 0) throw new Suspension(things);
    return ready;
  }
}

/** Whether two values of import calls are equal. */
export function same(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (one instanceof Uint8Array) {
    return other instanceof Uint8Array && one.length === other.length && one.every((byte, at) => byte === other[at]);
  }
  const [left, right] = [Object.entries(one), Object.entries(other)];
  return left.length === right.length && left.every(([key, value]) => same(value, (other as Record<string, unknown>)[key]));
}
