// Types that the contract does not have: what never crosses the boundary, as functions and signals, and what is held to more than
// the contract's own types say.

import { anything, text, type Type } from '../binding/abi.ts';
import { isPromise } from './kind.ts';
import type { Problems } from './problems.ts';
import { read, wrong } from './read.ts';

type ReadOwn = (value: unknown, path: string, problems: Problems) => unknown;

/** A type that is read by a function of its own, and may be left out. */
export const own = (reading: ReadOwn): Type<any> => needed((value, path, problems) => (value == null ? null : reading(value, path, problems)), true);

/** The same where it may not be left out, unless `omittable`. */
export const needed = (reading: ReadOwn, omittable = false): Type<any> => ({ ...anything, omittable, shape: { kind: 'own', read: reading } });

/** A text that says something. */
export const aName = needed((value, path, problems) => {
  if (value === '') problems.add(path, 'empty-value', 'is empty');
  return read(text, value, path, problems);
});

export const aFunction = own((value, path, problems) => (typeof value === 'function' ? value : wrong('a function', value, path, problems)));

/** An `AbortSignal`, of whichever realm or library. */
export const aSignal = own((value, path, problems) => {
  const { aborted, addEventListener, removeEventListener } = value as Partial<AbortSignal>;
  const isOne = typeof aborted === 'boolean' && typeof addEventListener === 'function' && typeof removeEventListener === 'function';
  return isOne && typeof value === 'object' && !isPromise(value) ? value : wrong('an AbortSignal', value, path, problems);
});

