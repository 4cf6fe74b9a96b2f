// What callers hand over, in words. Never a value, and never a name that may be one.

const NAME = /^[A-Za-z_$][\w$]{0,40}$/;

/** What something is, for people. Looks at nothing that a caller could have put there, but for the name of a class. */
export function kindOf(value: unknown): string {
  try {
    return wordsFor(value);
  } catch {
    return 'something that cannot be looked at';
  }
}

function wordsFor(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'number':
      return Number.isNaN(value) ? 'NaN' : 'a number';
    case 'string':
      return 'text';
    case 'boolean':
      return 'a boolean';
    case 'bigint':
      return 'a bigint';
    case 'function':
      return 'a function';
    case 'symbol':
      return 'a symbol';
    default:
  }
  if (isPromise(value)) return 'a promise, which has to be awaited first';
  const made: unknown = Object.getPrototypeOf(value)?.constructor;
  const name = typeof made === 'function' ? made.name : '';
  if (!NAME.test(name) || name === 'Object') return 'an object';
  return /^[AEIO]/.test(name) ? `an ${name}` : `a ${name}`;
}

/** Whether something would have to be awaited, whichever realm it is from. */
export const isPromise = (value: unknown): boolean => typeof (value as { then?: unknown } | null | undefined)?.then === 'function';

/** Whether an object is one of fields, not of a class with a content of its own: many of those look like an empty object, and what
 * is in a `Headers`, a `WeakMap` or a `Date` would be lost without a word. */
export function hasFields(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.prototype.toString.call(value) === '[object Object]' && !(Symbol.iterator in value) && !isPromise(value);
}

/** Whether all fields of an object are its own, so that nothing of it is overlooked by who reads these alone. */
export function ownsItsFields(value: object): boolean {
  for (let above: object | null = Object.getPrototypeOf(value); above !== null && !isBase(above); above = Object.getPrototypeOf(above)) {
    const inherited = Object.entries(Object.getOwnPropertyDescriptors(above));
    if (inherited.some(([name, { enumerable, get }]) => enumerable === true || (get !== undefined && name !== '__proto__'))) return false;
  }
  return true;
}

/** Whether an object is what plain objects inherit from, in whichever realm. */
const isBase = (prototype: object): boolean => Object.hasOwn(prototype, 'isPrototypeOf');

/** Whether an object is of no class. */
export function isPlain(value: object): boolean {
  const prototype: object | null = Object.getPrototypeOf(value);
  return prototype === null || isBase(prototype);
}

/** The names of an object's fields, inherited ones as well, but for what every object has. */
export function fieldNames(value: object): string[] {
  const names: string[] = [];
  for (const name in value) if (Object.hasOwn(value, name) || !(name in Object.prototype)) names.push(name);
  return names;
}

/** Longest name that is shown whole, in characters. */
const SHOWN = 64;

/** What a key looks like that was written in the place of its name. */
const KEY = /dtn_|^eyJ|^(?=.*\d)(?=.*[a-z])[A-Za-z\d+/=-]{32,}$/;

/** The path of a member. A name that is none in JavaScript is quoted, a long one is cut, and one that may be a key is left out. */
export function member(path: string, name: string): string {
  if (NAME.test(name) && !KEY.test(name)) return path === '' ? name : `${path}.${name}`;
  const shown = KEY.test(name) ? '…' : name.length > SHOWN ? `${name.slice(0, SHOWN)}…` : name;
  return `${path}[${JSON.stringify(shown)}]`;
}
