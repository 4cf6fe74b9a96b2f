// Reads what a caller hands over into values of the contract's types, before any of it becomes a number or a text of the component.
// Everything is read once and copied: what its owner does to it afterwards, while the call waits for its turn, is not seen, and
// nobody would check it. Collects everything that is wrong; says where, what was expected and what is there, but never a value.

import type { Shape, Type } from '../binding/abi.ts';
import { fieldNames, hasFields, isPlain, kindOf, member, ownsItsFields } from './kind.ts';
import { nearest, synonym } from './nearest.ts';
import type { Problems } from './problems.ts';

/** Where something is read. */
interface Place {
  readonly path: string;
  /** The whole of which it is a part, where fields may have been meant that stand elsewhere. */
  readonly root: { readonly type: Type; readonly path: string };
}

/** The value as one of the type. Of what is wrong something is given back that nobody may use: refuse the problems first. */
export function read(type: Type, value: unknown, path: string, problems: Problems): any {
  return guarded(type, value, { path, root: { type, path } }, problems);
}

function guarded(type: Type, value: unknown, place: Place, problems: Problems): unknown {
  if (problems.full) return undefined;
  try {
    return readShape(type, value, place, problems);
  } catch {
    return unreadable(place.path, problems);
  }
}

/** Tells that the caller's own code failed, whose words may show a value. */
function unreadable(path: string, problems: Problems): undefined {
  problems.add(path === '' ? 'options' : path, 'unreadable', 'cannot be read: a getter or a proxy in it throws');
}

function readShape(type: Type, value: unknown, place: Place, problems: Problems): unknown {
  const { path } = place;
  const { shape } = type;
  switch (shape.kind) {
    case 'anything':
      return value;
    case 'own':
      return shape.read(value, path, problems);
    case 'text':
      return typeof value === 'string' ? readText(value, path, problems) : wrong('text', value, path, problems);
    case 'bool':
      return typeof value === 'boolean' ? value : wrong('true or false', value, path, problems);
    case 'number':
      return readNumber(value, path, shape.least, shape.most, problems);
    case 'enumeration':
      return readCase(value, shape.cases, path, problems);
    case 'option':
      return value == null ? null : readShape(shape.of, value, place, problems);
    case 'list':
      return readList(shape.of, value, place, problems);
    case 'pairs':
      return readPairs(value, path, problems);
    case 'json':
      return readJson(value, path, problems);
    case 'record':
      if (value == null && type.omittable) return emptyOf(type);
      return readRecord(shape, value, place, problems);
    default:
      throw new TypeError(`nobody hands over a ${shape.kind}`);
  }
}

/** Tells that a value is of another type than it has to be. */
export function wrong(expected: string, value: unknown, path: string, problems: Problems): undefined {
  const at = path === '' ? 'options' : path;
  if (value === undefined) problems.add(at, 'missing', `is missing; it has to be ${expected}`);
  else problems.add(at, 'wrong-type', `has to be ${expected}, not ${kindOf(value)}`);
}

function readText(value: string, path: string, problems: Problems): string {
  // It would arrive as another text.
  if (!value.isWellFormed()) {
    problems.add(path, 'not-well-formed', 'contains half of a surrogate pair, which no UTF-8 text can; it was probably cut in the middle of a character');
  }
  return value;
}

function readNumber(value: unknown, path: string, least: number, most: number, problems: Problems): number | undefined {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return value as number;
  const expected = `a whole number from ${least} to ${most}`;
  if (typeof value !== 'number' || Number.isNaN(value)) return wrong(expected, value, path, problems);
  const is = !Number.isFinite(value)
    ? 'infinite'
    : !Number.isInteger(value)
      ? 'a fraction'
      : value < 0
        ? 'a negative number'
        : value < least ? 'less' : 'more';
  return void problems.add(path, 'out-of-range', `has to be ${expected}; it is ${is}`);
}

function readCase(value: unknown, cases: readonly string[], path: string, problems: Problems): string | undefined {
  const expected = `one of ${cases.join(', ')}`;
  if (typeof value !== 'string') return wrong(expected, value, path, problems);
  if (cases.includes(value)) return value;
  const meant = nearest(value, cases);
  return void problems.add(path, 'unknown-value', `has to be ${expected}${meant === null ? '' : `; did you mean ${meant}?`}`);
}

function readList(of: Type, value: unknown, place: Place, problems: Problems): unknown[] | undefined {
  const { path, root } = place;
  if (!Array.isArray(value)) {
    return wrong(typeof value === 'string' ? 'a list, each word an entry of its own' : 'a list', value, path, problems);
  }
  const entries: unknown[] = [];
  // Not by map, which passes over holes.
  for (let index = 0; index < value.length && !problems.full; index += 1) {
    entries.push(guarded(of, value[index], { path: `${path}[${index}]`, root }, problems));
  }
  return entries;
}

function readPairs(value: unknown, path: string, problems: Problems): Array<readonly [string, string]> | undefined {
  const entries: Array<readonly [string, string]> = [];
  if (value == null) return entries;
  const entry = (name: unknown, text: unknown, place: string | null): void => {
    if (typeof name !== 'string') {
      const shown = ['number', 'bigint', 'boolean'].includes(typeof name) ? member(path, String(name)) : `${path}[…]`;
      return void problems.add(place ?? shown, 'wrong-type', `has to have a text as its name, not ${kindOf(name)}`);
    }
    if (typeof text === 'string' && name.isWellFormed() && text.isWellFormed()) return void entries.push([name, text]);
    const at = place ?? member(path, name);
    readText(name, at, problems);
    if (typeof text === 'string') readText(text, at, problems);
    else {
      const hint = typeof text === 'number' || typeof text === 'boolean' ? '; write String(…) around it' : text == null ? '; leave it out' : '';
      problems.add(at, 'wrong-type', `has to be text, not ${kindOf(text)}${hint}`);
    }
  };
  if (value instanceof Map) {
    for (const [name, text] of value) if (!problems.full) entry(name, text, null);
  } else if (Array.isArray(value)) {
    for (let index = 0; index < value.length && !problems.full; index += 1) {
      const at = `${path}[${index}]`;
      const pair: unknown = value[index];
      if (Array.isArray(pair) && pair.length === 2) entry(pair[0], pair[1], at);
      else problems.add(at, 'wrong-type', `has to be a pair of a name and a value, not ${kindOf(pair)}`);
    }
  } else if (hasFields(value) && (isPlain(value) || Object.keys(value).length > 0)) {
    if (!ownsItsFields(value)) {
      const what = `has to be an object with fields of its own; some of ${kindOf(value)} are inherited and would not be sent`;
      return void problems.add(path, 'inherited', what);
    }
    for (const name of Object.keys(value)) if (!problems.full) entry(name, value[name], null);
  } else {
    const pairs = typeof value === 'object' && Symbol.iterator in value && !(value instanceof Set);
    const hint = pairs ? '; write Object.fromEntries(…) around it' : '';
    problems.add(path, 'wrong-type', `has to be an object of texts, not ${kindOf(value)}${hint}`);
  }
  return entries;
}

/** Deepest that a configuration is nested, which is more than any is meant to be. */
const DEEPEST = 100;

/** JSON in a text: an object that JSON can hold as it is, or its text. Nothing is the empty text. */
function readJson(value: unknown, path: string, problems: Problems): string | undefined {
  if (value == null) return '';
  if (typeof value === 'string') return readText(value, path, problems);
  if (!hasFields(value)) return wrong('an object, or its JSON', value, path, problems);
  const above: unknown[] = [];
  const copy = (part: unknown, at: string): unknown => {
    const bad = (what: string): void => void problems.add(at, 'not-json', what);
    if (problems.full || part === null || typeof part === 'boolean') return part;
    if (typeof part === 'string') return readText(part, at, problems);
    if (typeof part === 'number') return Number.isFinite(part) ? part : bad('is a number that JSON does not have');
    if (part === undefined && at !== path) return part;
    if (above.includes(part)) return bad('contains itself');
    if (above.length > DEEPEST) return void problems.add(path, 'not-json', `is nested more than ${DEEPEST} levels deep`);
    const isList = Array.isArray(part);
    if (!isList && (!hasFields(part) || (!isPlain(part) && Object.keys(part).length === 0) || typeof part['toJSON'] === 'function')) {
      return bad(`has to be what JSON can hold, not ${kindOf(part)}`);
    }
    if (!isList && !ownsItsFields(part)) return bad(`has inherited fields, which JSON does not hold`);
    above.push(part);
    const copied = isList
      ? Array.from(part, (inner, index) => copy(inner, `${at}[${index}]`))
      : Object.fromEntries(Object.keys(part).map((key) => [key, copy(part[key], member(at, key))]));
    above.pop();
    return copied;
  };
  return JSON.stringify(copy(value, path));
}

type RecordShape = Extract<Shape, { kind: 'record' }>;

function readRecord(shape: RecordShape, value: unknown, place: Place, problems: Problems): Record<string, unknown> | undefined {
  const { path, root } = place;
  const { fields, names } = shape;
  const expectsObject = hasFields(value) && (isPlain(value) || Object.keys(value).length > 0 || fields.some(([name]) => name in value));
  if (!expectsObject) return wrong('an object', value, path, problems);
  for (const key of fieldNames(value)) {
    if (problems.full) return undefined;
    if (names.has(key) || get(value, key, path, problems) === undefined) continue;
    const meant = nearest(key, [...names]) ?? elsewhere(key, shape, root);
    const hint = meant === null ? `; known are ${[...names].join(', ')}` : `; did you mean ${meant}?`;
    problems.add(member(path, key), 'unknown-key', `is not known${hint}`);
  }
  const copy: Record<string, unknown> = {};
  for (const [name, type] of fields) {
    const held = get(value, name, path, problems);
    if (held == null && type.omittable) copy[name] = emptyOf(type);
    else copy[name] = guarded(type, held, { path: path === '' ? name : `${path}.${name}`, root }, problems);
  }
  return copy;
}

/** A field's value; nothing, and a problem, where its getter throws. */
function get(value: Record<string, unknown>, name: string, path: string, problems: Problems): unknown {
  try {
    return value[name];
  } catch {
    return unreadable(member(path, name), problems);
  }
}

/** What stands for a value that was left out. */
function emptyOf({ shape }: Type): unknown {
  if (shape.kind === 'record') return Object.fromEntries(shape.fields.map(([name, type]) => [name, emptyOf(type)]));
  return shape.kind === 'pairs' ? [] : shape.kind === 'json' ? '' : null;
}

/** Where a field stands that was written in another place: in a record below, or in the whole. */
function elsewhere(key: string, { fields }: RecordShape, root: Place['root']): string | null {
  for (const [name, { shape }] of fields) {
    const below = shape.kind === 'record' ? synonym(key, [...shape.names]) : null;
    if (below !== null) return `${name}.${below}`;
  }
  const { shape } = root.type;
  const above = shape.kind === 'record' && shape.fields !== fields ? synonym(key, [...shape.names]) : null;
  return above === null ? null : member(root.path, above);
}
