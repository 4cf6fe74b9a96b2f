// What the core module imports, each with its types and with the function behind it.

import { imports } from '../generated/wasi.ts';
import { dropResource, functions } from '../wasi/functions.ts';
import type { Invocation } from '../wasi/invocation.ts';
import { call, resource, type Call, type Flat, type Signature, type Type } from './abi.ts';
import type { Memory } from './memory.ts';

/** The one import that may wait. */
export const POLL = 'wasi:io/poll@0.2.0#poll';

/** One import of the core module. */
export interface Imported {
  readonly module: string;
  readonly name: string;
  /** Both together, as the tables have it. */
  readonly full: string;
  readonly signature: Signature;
  readonly types: readonly Type[];
  /** None for `poll`. */
  readonly act: ((invocation: Invocation, ...values: any[]) => unknown) | null;
}

const declared = imports as Readonly<Record<string, Call>>;

/** The imports of a module. One that is not known is an error before anything runs. */
export function importsOf(module: WebAssembly.Module): readonly Imported[] {
  return WebAssembly.Module.imports(module).map(({ module: from, name }) => {
    const full = `${from}#${name}`;
    if (name.startsWith('[resource-drop]')) {
      const { signature } = call(full, [['self', resource]], null);
      return { module: from, name, full, signature, types: [resource], act: dropResource };
    }
    const known = declared[full];
    const act = functions[full] ?? null;
    if (known === undefined || (act === null && full !== POLL)) {
      throw new TypeError(`the component imports ${full}, which this package does not offer`);
    }
    return { module: from, name, full, signature: known.signature, types: known.params.map(([, type]) => type), act };
  });
}

/** The values that the core module passes. */
export function lifted(imported: Imported, memory: Memory, flat: readonly Flat[]): readonly unknown[] {
  const { params, paramsInMemory } = imported.signature;
  return paramsInMemory ? params.load(memory, Number(flat[0]) >>> 0) : params.lift(memory, flat, 0);
}

/** What an import does with the flat values of one call of it. Without a list of its values in between: a call of the
 * component makes forty of these. */
export function direct(imported: Imported): (invocation: Invocation, memory: Memory, flat: readonly Flat[]) => unknown {
  const { types } = imported;
  const act = imported.act!;
  const [one, two] = types;
  if (!imported.signature.paramsInMemory) {
    if (one === undefined) return (invocation) => act(invocation);
    if (types.length === 1) return (invocation, memory, flat) => act(invocation, one.lift(memory, flat, 0));
    if (two !== undefined && types.length === 2) {
      const second = one.flat.length;
      return (invocation, memory, flat) => act(invocation, one.lift(memory, flat, 0), two.lift(memory, flat, second));
    }
  }
  return (invocation, memory, flat) => act(invocation, ...lifted(imported, memory, flat));
}

/** Gives the core module a result: directly, or at the place that it has passed last. */
export function lowered(imported: Imported, memory: Memory, flat: readonly Flat[], value: unknown): Flat | undefined {
  const { result, resultInMemory } = imported.signature;
  if (result === null) return undefined;
  if (resultInMemory) {
    result.store(memory, Number(flat[flat.length - 1]) >>> 0, value);
    return undefined;
  }
  const into: Flat[] = [];
  result.lower(memory, value, into);
  return into[0];
}
