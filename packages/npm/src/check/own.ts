// Types of what never crosses the boundary: functions, signals, agents.

import { anything, type Type } from '../binding/abi.ts';
import { isPromise } from './kind.ts';
import type { Problems } from './problems.ts';
import { wrong } from './read.ts';

type Read = (value: unknown, path: string, problems: Problems) => unknown;

/** A type that is read by a function of its own, and may be left out. */
export const own = (read: Read): Type<any> => needed((value, path, problems) => (value == null ? null : read(value, path, problems)), true);

/** The same where it may not be left out, unless `omittable`. */
export const needed = (read: Read, omittable = false): Type<any> => ({ ...anything, omittable, shape: { kind: 'own', read } });

export const aFunction = own((value, path, problems) => (typeof value === 'function' ? value : wrong('a function', value, path, problems)));

/** An `AbortSignal`, of whichever realm or library. */
export const aSignal = own((value, path, problems) => {
  const { aborted, addEventListener, removeEventListener } = value as Partial<AbortSignal>;
  const isOne = typeof aborted === 'boolean' && typeof addEventListener === 'function' && typeof removeEventListener === 'function';
  return isOne && typeof value === 'object' && !isPromise(value) ? value : wrong('an AbortSignal', value, path, problems);
});

