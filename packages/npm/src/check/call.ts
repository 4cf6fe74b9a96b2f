// The parameters of a call and its options, read together.

import type { Type } from '../binding/abi.ts';
import { Problems } from './problems.ts';
import { refuse } from './refuse.ts';
import { read } from './read.ts';

/** What an admin has written, not the caller of a session. */
const CONFIGURATION = /^(context|config|credential|options\.config|options\.credential)(?![\w-])/;

/** Parameters with their names, the options last. */
export type Params = ReadonlyArray<readonly [string, Type]>;

/** The values of a call. Throws a `SandboxError` with all that is wrong with them. */
export function readCall(params: Params, given: readonly unknown[]): any[] {
  const problems = new Problems();
  // Parameters are given by place, so one that is not needed may be skipped by null or undefined.
  const values = params.map(([name, type], index) => read(type, given[index], name, problems));
  if (given.length > params.length) problems.add('options', 'too-many', `has to be the last; no more is taken than ${params.map(([name]) => name).join(', ')}`);
  refuse(problems.areOf(CONFIGURATION) ? 'invalid-config' : 'invalid-spec', problems);
  return values;
}

