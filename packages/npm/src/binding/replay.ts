// Waiting on engines that cannot suspend WebAssembly. Where `poll` has to wait, the call is left by an exception and its
// instance is put back as it was. Once something is ready, the call runs again from its beginning, in an instance that is given
// the recorded result of every import call in order. It comes to the same place, because it has no randomness and no other
// clock than the recorded one, and goes on from there. Nothing is sent twice: what was sent is compared, not repeated.

import { firstOf, type Waitable } from '../wasi/wait.ts';
import type { Invocation } from '../wasi/invocation.ts';
import type { Call, Flat } from './abi.ts';
import type { Engine } from './engine.ts';
import { interfaces } from '../generated/contract.ts';
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

/** A text that makes an instance allocate what most calls need. */
const ROOM = ' '.repeat(96 * 1024);

/** Instances that are kept while nobody calls. */
const MAX_IDLE = 16;

export class Replaying implements Engine {
  readonly mode = 'replay';
  readonly #module: WebAssembly.Module;
  readonly #imported: readonly Imported[];
  readonly #idle: Slot[] = [];
  #image: Image | null = null;

  constructor(module: WebAssembly.Module, imported: readonly Imported[]) {
    this.#module = module;
    this.#imported = imported;
  }

  get idle(): number {
    return this.#idle.length;
  }

  async run(declared: Call, values: readonly unknown[], invocation: Invocation): Promise<unknown> {
    const record: Entry[] = [];
    for (;;) {
      const slot = this.#idle.pop() ?? this.#make();
      const turn = new Turn(record, invocation);
      slot.turn = turn;
      try {
        const result = slot.instance.call(declared, values);
        turn.end();
        this.#keep(slot);
        return result;
      } catch (reason) {
        if (!(reason instanceof Suspension)) throw reason;
        turn.end();
        if (slot.instance.resetStack()) this.#keep(slot);
        const { course, step } = invocation.surroundings;
        await firstOf(reason.things, course);
        await step();
        course.check();
      }
    }
  }

  #make(): Slot {
    const slot: { instance: Instance | null; turn: Turn | null } = { instance: null, turn: null };
    const imports: Record<string, Record<string, WebAssembly.ImportValue>> = {};
    for (const one of this.#imported) {
      (imports[one.module] ??= {})[one.name] = (...flat: Flat[]) => {
        const { memory } = slot.instance!;
        const values = lifted(one, memory, flat);
        return lowered(one, memory, flat, slot.turn!.act(one, values));
      };
    }
    slot.instance = new Instance(this.#module, imports);
    // Memory only grows, and one that has grown is not used again. So it grows here, before its image is taken, by as much as
    // most calls need. The function is local: it reaches no import.
    slot.instance.call(interfaces.provider.checkConfig, [ROOM]);
    this.#image ??= imageOf(slot.instance);
    return slot as Slot;
  }

  /** Keeps an instance as if it were fresh: memory and stack pointer are all that it remembers. */
  #keep(slot: Slot): void {
    slot.turn = null;
    const { bytes } = slot.instance.memory;
    if (this.#image === null || this.#idle.length >= MAX_IDLE || bytes.length !== this.#image.size) return;
    bytes.set(this.#image.bytes, this.#image.start);
    this.#idle.push(slot);
  }
}

/** An instance and the run that it is in. */
interface Slot {
  readonly instance: Instance;
  turn: Turn | null;
}

/** What a call finds in memory and relies on: all but the stack below it, of which nothing is read before it is written. */
function imageOf(instance: Instance): Image {
  const { bytes } = instance.memory;
  const start = instance.stackEnd;
  return { bytes: bytes.slice(start), start, size: bytes.length };
}

interface Image {
  readonly bytes: Uint8Array;
  readonly start: number;
  /** Of the whole memory. */
  readonly size: number;
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

  /** Every recorded call has to have been made again. */
  end(): void {
    if (this.#at < this.#record.length) {
      throw new Divergence(`it ended or waited before ${this.#record[this.#at]!.imported.full} was called again`);
    }
  }

  act(imported: Imported, values: readonly unknown[]): unknown {
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
