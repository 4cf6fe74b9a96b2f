// Holds what a caller hands over against the types of the contract, before any of it becomes a number or a text of the
// component. Collects everything that is wrong; says where, what was expected and what is there, but never a value.

import type { Shape, Type } from '../binding/abi.ts';
import type { InputProblem } from '../errors.ts';
import { nearest } from './nearest.ts';

/** A problem with the rule that found it. */
export interface Problem extends InputProblem {
  readonly rule: string;
}

/** What something is, for people. */
export function kindOf(value: unknown): string {
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
  if (typeof (value as { then?: unknown }).then === 'function') return 'a promise, which has to be awaited first';
  const name = (value as object).constructor?.name;
  if (typeof name !== 'string' || name === '' || name === 'Object') return 'an object';
  return /^[AEIO]/.test(name) ? `an ${name}` : `a ${name}`;
}

/** Whether something is an object with fields of its own, or of its class where those are `known`. Many objects are none and
 * look like an empty one: what is in a `Headers`, a `WeakMap` or a `Date` would be lost without a word. */
function isObject(value: unknown, known: ReadonlyArray<readonly [string, Type]> = []): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Symbol.iterator in value || ArrayBuffer.isView(value)) return false;
  if (typeof (value as { then?: unknown }).then === 'function') return false;
  // A plain object of another realm has another prototype, which has none itself.
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null) return true;
  return !(value instanceof Date) && (Object.keys(value).length > 0 || known.some(([name]) => name in value));
}

const member = (path: string, key: string): string =>
  /^[A-Za-z_$][\w$]*$/.test(key) ? (path === '' ? key : `${path}.${key}`) : `${path}[${JSON.stringify(key)}]`;

/** Tells that a value is of another type than it has to be. */
function wrong(expected: string, value: unknown, path: string, problems: Problem[]): void {
  const rule = value === undefined ? 'missing' : 'wrong-type';
  const message = value === undefined ? `${path} is missing; it has to be ${expected}` : `${path} has to be ${expected}, not ${kindOf(value)}`;
  problems.push({ path, rule, message });
}

/** Adds to `problems` what is wrong with a value. */
export function check(type: Type, value: unknown, path: string, problems: Problem[]): void {
  try {
    walk(type, value, path, problems);
  } catch {
    // A getter or a proxy of the caller's, whose words may show a value.
    problems.push({ path, rule: 'unreadable', message: `${path} cannot be read: a getter or a proxy in it throws` });
  }
}

function walk(type: Type, value: unknown, path: string, problems: Problem[]): void {
  const { shape } = type;
  switch (shape.kind) {
    case 'anything':
      return;
    case 'text':
      if (typeof value !== 'string') return wrong('text', value, path, problems);
      return checkText(value, path, problems);
    case 'bool':
      return typeof value === 'boolean' ? undefined : wrong('true or false', value, path, problems);
    case 'number':
      return checkNumber(value, path, shape.least, shape.most, problems);
    case 'enumeration':
      if (typeof value !== 'string') return wrong(oneOf(shape.cases), value, path, problems);
      if (!shape.cases.includes(value)) {
        const meant = nearest(value, shape.cases);
        const hint = meant === null ? '' : `; did you mean ${meant}?`;
        problems.push({ path, rule: 'unknown-value', message: `${path} has to be ${oneOf(shape.cases)}${hint}` });
      }
      return;
    case 'option':
      return value == null ? undefined : check(shape.of, value, path, problems);
    case 'list':
      if (!Array.isArray(value)) {
        return wrong(typeof value === 'string' ? 'a list, each word an entry of its own' : 'a list', value, path, problems);
      }
      // Not by forEach, which passes over holes.
      for (let index = 0; index < value.length; index += 1) check(shape.of, value[index], `${path}[${index}]`, problems);
      return;
    case 'pairs':
      return checkPairs(value, path, problems);
    case 'json':
      return checkJson(value, path, problems);
    case 'record':
      if (value == null && type.omittable) return;
      if (!isObject(value, shape.fields)) return wrong('an object', value, path, problems);
      return checkRecord(shape, value, path, problems);
    default:
      throw new TypeError(`nobody hands over a ${shape.kind}`);
  }
}

const oneOf = (cases: readonly string[]): string => `one of ${cases.join(', ')}`;

function checkText(value: string, path: string, problems: Problem[]): void {
  // It would arrive as another text.
  if (!value.isWellFormed()) {
    const message = `${path} contains half of a surrogate pair, which no UTF-8 text can; it was probably cut in the middle of a character`;
    problems.push({ path, rule: 'not-well-formed', message });
  }
}

function checkNumber(
  value: unknown,
  path: string,
  least: number,
  most: number,
  problems: Problem[],
): void {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return;
  const expected = `a whole number from ${least} to ${most}`;
  if (typeof value !== 'number' || Number.isNaN(value)) return wrong(expected, value, path, problems);
  const is = !Number.isFinite(value)
    ? 'infinite'
    : !Number.isInteger(value)
      ? 'a fraction'
      : value < least
        ? least === 0 ? 'a negative number' : 'less'
        : 'more';
  problems.push({ path, rule: 'out-of-range', message: `${path} has to be ${expected}; it is ${is}` });
}

function checkPairs(value: unknown, path: string, problems: Problem[]): void {
  if (value == null) return;
  const entry = (name: unknown, text: unknown, place?: string): void => {
    if (typeof name === 'string' && typeof text === 'string' && name.isWellFormed() && text.isWellFormed()) return;
    const at = place ?? member(path, String(name));
    if (typeof name !== 'string') problems.push({ path: at, rule: 'wrong-type', message: `${at} has to have a text as its name, not ${kindOf(name)}` });
    else checkText(name, at, problems);
    if (typeof text === 'string') return checkText(text, at, problems);
    const hint = typeof text === 'number' || typeof text === 'boolean' ? '; write String(…) around it' : text == null ? '; leave it out' : '';
    problems.push({ path: at, rule: 'wrong-type', message: `${at} has to be text, not ${kindOf(text)}${hint}` });
  };
  if (value instanceof Map) {
    for (const [name, text] of value) entry(name, text);
  } else if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) {
      const at = `${path}[${index}]`;
      const pair: unknown = value[index];
      if (Array.isArray(pair) && pair.length === 2) entry(pair[0], pair[1], at);
      else problems.push({ path: at, rule: 'wrong-type', message: `${at} has to be a pair of a name and a value, not ${kindOf(pair)}` });
    }
  } else if (isObject(value)) {
    for (const [name, text] of Object.entries(value)) entry(name, text);
  } else {
    const pairs = typeof value === 'object' && Symbol.iterator in value && !(value instanceof Set);
    const hint = pairs ? '; write Object.fromEntries(…) around it' : '';
    problems.push({ path, rule: 'wrong-type', message: `${path} has to be an object of texts, not ${kindOf(value)}${hint}` });
  }
}

/** An object that JSON can hold as it is, or its text. */
function checkJson(value: unknown, path: string, problems: Problem[]): void {
  if (value == null) return;
  if (typeof value === 'string') return checkText(value, path, problems);
  if (!isObject(value)) return wrong('an object, or its JSON', value, path, problems);
  const seen = new Set<unknown>();
  const inspect = (part: unknown, at: string): void => {
    const bad = (message: string): void => void problems.push({ path: at, rule: 'not-json', message: `${at} ${message}` });
    if (part === null || typeof part === 'boolean') return;
    if (typeof part === 'string') return checkText(part, at, problems);
    if (typeof part === 'number') return Number.isFinite(part) ? undefined : bad('is a number that JSON does not have');
    if (part === undefined && at !== path) return;
    if (seen.has(part)) return bad('contains itself');
    if (!Array.isArray(part) && (!isObject(part) || typeof part['toJSON'] === 'function')) return bad(`has to be what JSON can hold, not ${kindOf(part)}`);
    seen.add(part);
    if (Array.isArray(part)) part.forEach((inner, index) => inspect(inner, `${at}[${index}]`));
    else for (const [key, inner] of Object.entries(part as object)) inspect(inner, member(at, key));
    seen.delete(part);
  };
  inspect(value, path);
}

function checkRecord(
  { fields, names }: Extract<Shape, { kind: 'record' }>,
  value: Record<string, unknown>,
  path: string,
  problems: Problem[],
): void {
  for (const key of Object.keys(value)) {
    if (names.has(key) || value[key] === undefined) continue;
    const known = [...names];
    const at = member(path, key);
    const meant = nearest(key, known);
    const hint = meant === null ? `; known are ${known.join(', ')}` : `; did you mean ${meant}?`;
    problems.push({ path: at, rule: 'unknown-key', message: `${at} is not known${hint}` });
  }
  for (const [name, type] of fields) {
    const held = value[name];
    if (held == null && type.omittable) continue;
    check(type, held, path === '' ? name : `${path}.${name}`, problems);
  }
}
