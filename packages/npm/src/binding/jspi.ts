// Suspension by the engine (JavaScript Promise Integration): the import `poll` returns a promise, and the stack of the call
// is put aside until it is kept. An instance runs one call at a time and is kept for the next one.

import { firstOf } from '../wasi/wait.ts';
import type { Invocation } from '../wasi/invocation.ts';
import type { Call, Flat } from './abi.ts';
import type { Engine } from './engine.ts';
import { direct, lifted, lowered, type Imported } from './imports.ts';
import { Instance } from './instance.ts';

/** Instances that are kept while nobody calls. */
const MAX_IDLE = 16;

/** An instance that has grown beyond this, in bytes, is not kept: memory of WebAssembly never shrinks. */
const MAX_IDLE_SIZE = 8 * 1024 * 1024;

/** An instance and the call that it runs. */
interface Slot {
  instance: Instance;
  invocation: Invocation | null;
}

export class Suspending implements Engine {
  readonly mode = 'jspi';
  readonly #module: WebAssembly.Module;
  readonly #imported: readonly Imported[];
  readonly #idle: Slot[] = [];

  constructor(module: WebAssembly.Module, imported: readonly Imported[]) {
    this.#module = module;
    this.#imported = imported;
  }

  get idle(): number {
    return this.#idle.length;
  }

  async run(declared: Call, values: readonly unknown[], invocation: Invocation): Promise<unknown> {
    const slot = this.#idle.pop() ?? this.#make();
    slot.invocation = invocation;
    // An instance whose call ended by an exception is not used again: its stack was left as it was.
    const result = await slot.instance.callAsync(declared, values);
    slot.invocation = null;
    if (this.#idle.length < MAX_IDLE && slot.instance.size <= MAX_IDLE_SIZE) this.#idle.push(slot);
    return result;
  }

  #make(): Slot {
    const slot: { instance: Instance | null; invocation: Invocation | null } = { instance: null, invocation: null };
    const imports: Record<string, Record<string, WebAssembly.ImportValue>> = {};
    for (const imported of this.#imported) {
      const act = imported.act === null ? poll(slot as Slot, imported) : plain(slot as Slot, imported);
      (imports[imported.module] ??= {})[imported.name] = act;
    }
    slot.instance = new Instance(this.#module, imports);
    return slot as Slot;
  }
}

function plain(slot: Slot, imported: Imported): WebAssembly.ImportValue {
  const act = direct(imported);
  return (...flat: Flat[]) => {
    const { memory } = slot.instance;
    return lowered(imported, memory, flat, act(slot.invocation!, memory, flat));
  };
}

function poll(slot: Slot, imported: Imported): WebAssembly.ImportValue {
  return new (WebAssembly as any).Suspending((...flat: Flat[]) => {
    const { instance, invocation } = slot;
    const [handles] = lifted(imported, instance.memory, flat) as [readonly number[]];
    const things = handles.map((handle) => invocation!.waitable(handle));
    const tell = (): void => {
      const ready = [...things.keys()].filter((index) => things[index]!.ready());
      lowered(imported, instance.memory, flat, ready);
    };
    if (things.some((thing) => thing.ready())) return tell();
    const { course, step } = invocation!.surroundings;
    return firstOf(things, course).then(() => {
      const turn = step();
      if (turn === undefined) return tell();
      return turn.then(() => {
        course.check();
        tell();
      });
    });
  });
}
