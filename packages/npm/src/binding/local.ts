// Functions that do not wait.

import type { Invocation } from '../wasi/invocation.ts';
import type { Call, Flat } from './abi.ts';
import { importsOf, lifted, lowered, type Imported } from './imports.ts';
import { Instance } from './instance.ts';

/** Runs the functions that neither wait nor reach anything, in one instance that is made anew after a trap. */
export class Local {
  readonly #module: WebAssembly.Module;
  readonly #imported: readonly Imported[];
  #instance: Instance | null = null;
  #invocation: Invocation | null = null;

  constructor(module: WebAssembly.Module) {
    this.#module = module;
    this.#imported = importsOf(module);
  }

  run(declared: Call, values: readonly unknown[], invocation: Invocation): unknown {
    const instance = (this.#instance ??= this.#make());
    this.#instance = null;
    this.#invocation = invocation;
    const result = instance.call(declared, values);
    this.#instance = instance;
    return result;
  }

  #make(): Instance {
    const imports: Record<string, Record<string, WebAssembly.ImportValue>> = {};
    const instance: Instance = new Instance(
      this.#module,
      this.#imported.reduce((object, imported) => {
        (object[imported.module] ??= {})[imported.name] = (...flat: Flat[]) => {
          const { act } = imported;
          if (act === null || this.#invocation === null) throw new TypeError(`a local function called ${imported.full}`);
          const value = act(this.#invocation, ...lifted(imported, instance.memory, flat));
          return lowered(imported, instance.memory, flat, value);
        };
        return object;
      }, imports),
    );
    return instance;
  }
}
