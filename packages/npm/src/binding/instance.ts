// One instance of the core module: calls of its exports with values instead of addresses.

import type { Call, Flat } from './abi.ts';
import { Memory, type CoreExports } from './memory.ts';

type CoreFunction = (...flat: Flat[]) => unknown;

/** The contract's function is not one of this component. */
export class NotOffered extends Error {}

export class Instance {
  readonly memory: Memory;
  readonly #exports: CoreExports & Readonly<Record<string, unknown>>;
  readonly #stackPointer: number | null;
  readonly #asynchronous = new Map<string, (...flat: Flat[]) => Promise<unknown>>();

  /** `imports` may be read before the constructor ends, but nothing is called. */
  constructor(module: WebAssembly.Module, imports: WebAssembly.Imports) {
    this.#exports = new WebAssembly.Instance(module, imports).exports as never;
    this.memory = new Memory(this.#exports);
    const pointer = this.#exports['__stack_pointer'];
    this.#stackPointer = pointer instanceof WebAssembly.Global ? pointer.value : null;
  }

  /** Bytes of memory that it has. */
  get size(): number {
    return this.#exports.memory.buffer.byteLength;
  }

  /** Where the stack ends that begins at address 0; 0 where it lies elsewhere. */
  get stackEnd(): number {
    const end = this.#exports['__data_end'];
    const pointer = this.#stackPointer ?? 0;
    return end instanceof WebAssembly.Global && pointer < end.value ? pointer : 0;
  }

  /** Puts the stack pointer where it is between calls, after one was left by an exception. False where it cannot be reached. */
  resetStack(): boolean {
    const pointer = this.#exports['__stack_pointer'];
    if (!(pointer instanceof WebAssembly.Global) || this.#stackPointer === null) return false;
    pointer.value = this.#stackPointer;
    return true;
  }

  /** Calls a function that does not wait. */
  call(declared: Call, values: readonly unknown[]): unknown {
    const returned = this.#function(declared)(...this.#passed(declared, values));
    return this.#result(declared, returned);
  }

  /** Calls a function that may wait, on an engine that can suspend it. */
  async callAsync(declared: Call, values: readonly unknown[]): Promise<unknown> {
    let run = this.#asynchronous.get(declared.name);
    if (run === undefined) {
      run = (WebAssembly as any).promising(this.#function(declared)) as (...flat: Flat[]) => Promise<unknown>;
      this.#asynchronous.set(declared.name, run);
    }
    return this.#result(declared, await run(...this.#passed(declared, values)));
  }

  #function(declared: Call): CoreFunction {
    const found = this.#exports[declared.name];
    if (typeof found !== 'function') throw new NotOffered(`this component has no function ${declared.name}`);
    return found as CoreFunction;
  }

  #passed(declared: Call, values: readonly unknown[]): Flat[] {
    const { params, paramsInMemory } = declared.signature;
    if (paramsInMemory) {
      const at = this.memory.allocate(params.size, params.align);
      params.store(this.memory, at, values);
      return [at];
    }
    const flat: Flat[] = [];
    params.lower(this.memory, values, flat);
    return flat;
  }

  #result(declared: Call, returned: unknown): unknown {
    const { result, resultInMemory } = declared.signature;
    if (result === null) return undefined;
    const value = resultInMemory
      ? result.load(this.memory, Number(returned) >>> 0)
      : result.lift(this.memory, [returned as Flat], 0);
    const after = this.#exports[`cabi_post_${declared.name}`];
    if (typeof after === 'function') after(returned);
    return value;
  }
}
