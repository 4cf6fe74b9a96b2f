// How values cross the boundary: the canonical ABI of the component model, for the types that the contract and the WASI
// interfaces in use have. Every type knows how it lies in memory and how it is passed as plain numbers.

import type { Problems } from '../check/problems.ts';
import type { Memory } from './memory.ts';

/** A value of the core module: 32 bits as a number, 64 bits as a bigint. */
export type Flat = number | bigint;

/** What is known of a type beyond its bytes: checks of what callers hand over go by it. */
export type Shape =
  | { readonly kind: 'bool' | 'text' | 'json' | 'pairs' | 'octets' | 'resource' | 'u64' | 'anything' }
  | { readonly kind: 'number'; readonly least: number; readonly most: number }
  | { readonly kind: 'record'; readonly fields: ReadonlyArray<readonly [string, Type]>; readonly names: ReadonlySet<string> }
  | { readonly kind: 'enumeration'; readonly cases: readonly string[] }
  | { readonly kind: 'list' | 'option'; readonly of: Type }
  | { readonly kind: 'tuple'; readonly of: readonly Type[] }
  | { readonly kind: 'variant' }
  | { readonly kind: 'own'; readonly read: (value: unknown, path: string, problems: Problems) => unknown };

/** A type of the contract. */
export interface Type<T = any> {
  readonly size: number;
  readonly align: number;
  /** One letter for each flat value: `i` for 32 bits, `l` for 64. */
  readonly flat: string;
  readonly shape: Shape;
  /** Whether a record may leave it out. */
  readonly omittable: boolean;
  load(memory: Memory, at: number): T;
  store(memory: Memory, at: number, value: T): void;
  /** From flat values, of which the first one of this type is at a place. */
  lift(memory: Memory, from: readonly Flat[], at: number): T;
  lower(memory: Memory, value: T, into: Flat[]): void;
}

/** A function that is exported or imported. */
export interface Call {
  readonly name: string;
  readonly params: ReadonlyArray<readonly [string, Type]>;
  readonly result: Type | null;
  /** How its values are passed. */
  readonly signature: Signature;
}

export const call = (name: string, params: ReadonlyArray<readonly [string, Type]>, result: Type | null): Call => {
  let signature: Signature | null = null;
  return {
    name,
    params,
    result,
    // Worked out when it is first called: a program uses few of them.
    get signature() {
      return (signature ??= signatureOf(params, result));
    },
  };
};

const aligned = (at: number, align: number): number => (at + align - 1) & -align;

// --- plain values ---------------------------------------------------------------------------------------------------

function integer(
  size: 1 | 2 | 4,
  signed: boolean,
  load: (view: DataView, at: number) => number,
  store: (view: DataView, at: number, value: number) => void,
): Type<number> {
  const most = 2 ** (size * 8 - (signed ? 1 : 0)) - 1;
  return {
    size,
    align: size,
    flat: 'i',
    shape: { kind: 'number', least: signed ? -most - 1 : 0, most },
    omittable: false,
    load: (memory, at) => load(memory.view, at),
    store: (memory, at, value) => store(memory.view, at, value),
    lift: signed ? (_, from, at) => Number(from[at]) | 0 : (_, from, at) => Number(from[at]) >>> 0,
    lower: (_, value, into) => void into.push(value | 0),
  };
}

export const u8 = integer(1, false, (view, at) => view.getUint8(at), (view, at, value) => view.setUint8(at, value));
export const u16 = integer(
  2,
  false,
  (view, at) => view.getUint16(at, true),
  (view, at, value) => view.setUint16(at, value, true),
);
export const u32 = integer(
  4,
  false,
  (view, at) => view.getUint32(at, true),
  (view, at, value) => view.setUint32(at, value, true),
);
export const s32 = integer(
  4,
  true,
  (view, at) => view.getInt32(at, true),
  (view, at, value) => view.setInt32(at, value, true),
);

export const u64: Type<bigint> = {
  size: 8,
  align: 8,
  flat: 'l',
  shape: { kind: 'u64' },
  omittable: false,
  load: (memory, at) => memory.view.getBigUint64(at, true),
  store: (memory, at, value) => memory.view.setBigUint64(at, value, true),
  lift: (_, from, at) => BigInt.asUintN(64, BigInt(from[at]!)),
  lower: (_, value, into) => void into.push(BigInt.asIntN(64, value)),
};

export const bool: Type<boolean> = {
  size: 1,
  align: 1,
  flat: 'i',
  shape: { kind: 'bool' },
  omittable: false,
  load: (memory, at) => memory.view.getUint8(at) !== 0,
  store: (memory, at, value) => memory.view.setUint8(at, value ? 1 : 0),
  lift: (_, from, at) => Number(from[at]) !== 0,
  lower: (_, value, into) => void into.push(value ? 1 : 0),
};

/** What is checked as a part of a record and never crosses the boundary: a signal, a function. */
export const anything: Type<any> = { ...u32, shape: { kind: 'anything' }, omittable: true };

/** A number that stands for an object of the host. */
export const resource: Type<number> = { ...u32, shape: { kind: 'resource' } };

// --- what lies elsewhere in memory, as an address and a length ---------------------------------------------------------

function elsewhere<T>(
  shape: Shape,
  omittable: boolean,
  put: (memory: Memory, value: T) => [number, number],
  get: (memory: Memory, at: number, length: number) => T,
): Type<T> {
  return {
    size: 8,
    align: 4,
    flat: 'ii',
    shape,
    omittable,
    load: (memory, at) => get(memory, memory.view.getUint32(at, true), memory.view.getUint32(at + 4, true)),
    store: (memory, at, value) => {
      const [address, length] = put(memory, value);
      memory.view.setUint32(at, address, true);
      memory.view.setUint32(at + 4, length, true);
    },
    lift: (memory, from, at) => get(memory, Number(from[at]) >>> 0, Number(from[at + 1]) >>> 0),
    lower: (memory, value, into) => {
      const [address, length] = put(memory, value);
      into.push(address | 0, length | 0);
    },
  };
}

export const text: Type<string> = elsewhere(
  { kind: 'text' },
  false,
  (memory, value) => memory.putText(value),
  (memory, at, length) => memory.text(at, length),
);

/** Bytes of which each is a character: how fetch has the values of header fields. */
export const latin1: Type<string> = elsewhere(
  { kind: 'octets' },
  false,
  (memory, value) => memory.putLatin1(value),
  (memory, at, length) => memory.latin1(at, length),
);

/** JSON in a text: an object is taken as well, and nothing is the empty text. */
export const json: Type<unknown> = elsewhere(
  { kind: 'json' },
  true,
  (memory, value) => memory.putText(typeof value === 'string' ? value : value == null ? '' : JSON.stringify(value)),
  (memory, at, length) => memory.text(at, length),
);

export const octets: Type<Uint8Array> = elsewhere(
  { kind: 'octets' },
  false,
  (memory, value) => [memory.put(value), value.length],
  (memory, at, length) => memory.copy(at, length),
);

function sequence<T>(of: Type<T>, memory: Memory, values: readonly T[]): [number, number] {
  const step = aligned(of.size, of.align);
  const address = memory.allocate(values.length * step, of.align);
  for (let index = 0; index < values.length; index += 1) of.store(memory, address + index * step, values[index]!);
  return [address, values.length];
}

function elements<T>(of: Type<T>, memory: Memory, at: number, length: number): T[] {
  const step = aligned(of.size, of.align);
  const loaded: T[] = [];
  for (let index = 0; index < length; index += 1) loaded.push(of.load(memory, at + index * step));
  return loaded;
}

export const list = <T>(of: Type<T>): Type<readonly T[]> =>
  elsewhere(
    { kind: 'list', of },
    false,
    (memory, values) => sequence(of, memory, values),
    (memory, at, length) => elements(of, memory, at, length),
  );

/** Names with values. An object of texts, or a list of pairs; of a name that occurs twice the last one wins. */
export type Pairs =
  | Readonly<Record<string, string>>
  | ReadonlyArray<readonly [string, string]>
  | ReadonlyMap<string, string>;

export function entriesOf(value: Pairs | null | undefined): ReadonlyArray<readonly [string, string]> {
  if (value == null) return [];
  if (Array.isArray(value)) return value;
  return value instanceof Map ? [...value] : Object.entries(value);
}

// --- several values together -------------------------------------------------------------------------------------------

/** Types one behind the other, with the place of each in memory and among flat values. */
interface Layout {
  readonly size: number;
  readonly align: number;
  readonly flat: string;
  readonly parts: ReadonlyArray<{ readonly type: Type; readonly offset: number; readonly first: number }>;
}

function layoutOf(of: readonly Type[]): Layout {
  let [end, flat, align] = [0, '', 1];
  const parts = of.map((type) => {
    const offset = aligned(end, type.align);
    const first = flat.length;
    end = offset + type.size;
    flat += type.flat;
    align = Math.max(align, type.align);
    return { type, offset, first };
  });
  return { size: aligned(end, align), align, flat, parts };
}

export function tuple(of: readonly Type[]): Type<readonly unknown[]> {
  const { size, align, flat, parts } = layoutOf(of);
  return {
    size,
    align,
    flat,
    shape: { kind: 'tuple', of },
    omittable: false,
    load: (memory, at) => parts.map(({ type, offset }) => type.load(memory, at + offset)),
    store: (memory, at, value) => {
      for (let index = 0; index < parts.length; index += 1) {
        const { type, offset } = parts[index]!;
        type.store(memory, at + offset, value[index]);
      }
    },
    lift: (memory, from, at) => parts.map(({ type, first }) => type.lift(memory, from, at + first)),
    lower: (memory, value, into) => parts.forEach(({ type }, index) => type.lower(memory, value[index], into)),
  };
}

const PAIR = 16;

/** A list of pairs of texts, without an object for each in between. */
export const pairs: Type<Pairs | null | undefined> = elsewhere<Pairs | null | undefined>(
  { kind: 'pairs' },
  true,
  (memory, value) => {
    const entries = entriesOf(value);
    const address = memory.allocate(entries.length * PAIR, 4);
    let at = address;
    for (const [name, held] of entries) {
      text.store(memory, at, name);
      text.store(memory, at + 8, held);
      at += PAIR;
    }
    return [address, entries.length];
  },
  (memory, at, length) => {
    const entries: Array<[string, string]> = [];
    for (let index = 0; index < length; index += 1, at += PAIR) entries.push([text.load(memory, at), text.load(memory, at + 8)]);
    // Not by assignment: a name may be `__proto__`.
    return Object.fromEntries(entries);
  },
);

export function record(fields: ReadonlyArray<readonly [string, Type]>): Type<Record<string, any>> {
  const { size, align, flat, parts } = layoutOf(fields.map(([, type]) => type));
  const names = fields.map(([name]) => name);
  return {
    size,
    align,
    flat,
    shape: { kind: 'record', fields, names: new Set(names) },
    // A record of which everything may be left out may be left out itself.
    omittable: fields.every(([, type]) => type.omittable),
    load: (memory, at) => {
      const object: Record<string, unknown> = {};
      for (let index = 0; index < parts.length; index += 1) {
        const { type, offset } = parts[index]!;
        object[names[index]!] = type.load(memory, at + offset);
      }
      return object;
    },
    store: (memory, at, value: Record<string, unknown> | null | undefined) => {
      for (let index = 0; index < parts.length; index += 1) {
        const { type, offset } = parts[index]!;
        type.store(memory, at + offset, value?.[names[index]!]);
      }
    },
    lift: (memory, from, at) => {
      const object: Record<string, unknown> = {};
      parts.forEach(({ type, first }, index) => (object[names[index]!] = type.lift(memory, from, at + first)));
      return object;
    },
    lower: (memory, value: Record<string, unknown> | null | undefined, into) =>
      parts.forEach(({ type }, index) => type.lower(memory, value?.[names[index]!], into)),
  };
}

// --- one of several ----------------------------------------------------------------------------------------------------

export function enumeration<const C extends readonly string[]>(cases: C): Type<C[number]> {
  const name = (index: number): C[number] => {
    const found = cases[index];
    if (found === undefined) throw new RangeError(`there is no case ${index} of ${cases.length}`);
    return found;
  };
  return {
    ...u8,
    shape: { kind: 'enumeration', cases },
    load: (memory, at) => name(u8.load(memory, at)),
    store: (memory, at, value) => u8.store(memory, at, cases.indexOf(value)),
    lift: (memory, from, at) => name(u8.lift(memory, from, at)),
    lower: (memory, value, into) => u8.lower(memory, cases.indexOf(value), into),
  };
}

/** A case of a variant with what it carries. */
export interface Case<V = any> {
  readonly tag: string;
  readonly val?: V;
}

/** Flat values of which each is wide enough for every case. */
function joined(flats: readonly string[]): string {
  const longest = Math.max(0, ...flats.map((flat) => flat.length));
  return Array.from({ length: longest }, (_, at) => (flats.some((flat) => flat[at] === 'l') ? 'l' : 'i')).join('');
}

export function variant(cases: ReadonlyArray<readonly [string, Type | null]>): Type<Case> {
  if (cases.length > 256) throw new RangeError('a variant of more than 256 cases has a wider tag than this writes');
  const types = cases.map(([, type]) => type).filter((type) => type !== null);
  const align = Math.max(1, ...types.map((type) => type.align));
  const inside = aligned(1, align);
  const flat = joined(types.map((type) => type.flat));
  const places = new Map(cases.map(([tag], index) => [tag, index]));
  const at = (index: number): readonly [string, Type | null] => {
    const found = cases[index];
    if (found === undefined) throw new RangeError(`there is no case ${index} of ${cases.length}`);
    return found;
  };
  const place = (value: Case): number => {
    const found = places.get(value.tag);
    if (found === undefined) throw new RangeError(`there is no case ${value.tag}`);
    return found;
  };
  return {
    size: aligned(inside + Math.max(0, ...types.map((type) => type.size)), align),
    align,
    flat: `i${flat}`,
    shape: { kind: 'variant' },
    omittable: false,
    load: (memory, address) => {
      const [tag, type] = at(memory.view.getUint8(address));
      return type === null ? { tag } : { tag, val: type.load(memory, address + inside) };
    },
    store: (memory, address, value) => {
      const index = place(value);
      memory.view.setUint8(address, index);
      at(index)[1]?.store(memory, address + inside, value.val);
    },
    lift: (memory, from, first) => {
      const [tag, type] = at(Number(from[first]));
      return type === null ? { tag } : { tag, val: type.lift(memory, from, first + 1) };
    },
    lower: (memory, value, into) => {
      const index = place(value);
      into.push(index);
      const start = into.length;
      at(index)[1]?.lower(memory, value.val, into);
      // What the case does not need is filled up, and what is wider for another case is widened.
      for (let offset = 0; offset < flat.length; offset += 1) {
        const present = into[start + offset] ?? 0;
        into[start + offset] = flat[offset] === 'l' ? BigInt(present) : present;
      }
    },
  };
}

export function option<T>(of: Type<T>): Type<T | null | undefined> {
  const inside = variant([['none', null], ['some', of]]);
  const behind = aligned(1, of.align);
  const wrap = (value: T | null | undefined): Case => (value == null ? { tag: 'none' } : { tag: 'some', val: value });
  return {
    ...inside,
    shape: { kind: 'option', of },
    omittable: true,
    load: (memory, at) => (memory.view.getUint8(at) === 0 ? null : of.load(memory, at + behind)),
    store: (memory, at, value) => {
      memory.view.setUint8(at, value == null ? 0 : 1);
      if (value != null) of.store(memory, at + behind, value);
    },
    lift: (memory, from, at) => (Number(from[at]) === 0 ? null : of.lift(memory, from, at + 1)),
    lower: (memory, value, into) => inside.lower(memory, wrap(value), into),
  };
}

/** `{ tag: 'ok' }` or `{ tag: 'err' }`, each with what it carries. */
export const result = (ok: Type | null, err: Type | null): Type<Case> => variant([['ok', ok], ['err', err]]);

// --- functions ---------------------------------------------------------------------------------------------------------

/** Most flat values that are passed as such; more of them go through memory. */
const MAX_FLAT_PARAMS = 16;
const MAX_FLAT_RESULTS = 1;

/** A function's parameters and result, ready for conversion. */
export interface Signature {
  readonly params: Type<readonly unknown[]>;
  readonly paramsInMemory: boolean;
  readonly result: Type | null;
  readonly resultInMemory: boolean;
}

function signatureOf(declared: ReadonlyArray<readonly [string, Type]>, result: Type | null): Signature {
  const params = tuple(declared.map(([, type]) => type));
  return {
    params,
    paramsInMemory: params.flat.length > MAX_FLAT_PARAMS,
    result,
    resultInMemory: (result?.flat.length ?? 0) > MAX_FLAT_RESULTS,
  };
}
