// The parameters of a function, checked together and taken as they are.

import type { Call } from '../binding/abi.ts';
import { copied } from './copied.ts';
import { refuse } from './refuse.ts';
import { check, type Problem } from './walk.ts';

/** What an admin has written, not the caller of a session. */
const CONFIGURATION = /^(context|config|credential)\b/;

/** The values for the function. Throws when one is not what it takes. */
export function checkedValues(params: Call['params'], values: readonly unknown[], tooMany: boolean): unknown[] {
  const problems: Problem[] = [];
  params.forEach(([name, type], index) => {
    // Parameters are given by place, so one that is not needed may be skipped by null or undefined.
    if (values[index] == null && type.omittable) return;
    check(type, values[index], name, problems);
  });
  if (tooMany) {
    const names = [...params.map(([name]) => name), 'options'].join(', ');
    problems.push({ path: 'options', rule: 'too-many', message: `more was passed than ${names}` });
  }
  const admin = problems.length > 0 && problems.every(({ path }) => CONFIGURATION.test(path));
  refuse(admin ? 'invalid-config' : 'invalid-spec', problems);
  try {
    return params.map(([, type], index) => copied(type, values[index]));
  } catch {
    // What could be read once need not be readable twice.
    const message = `${params[0]?.[0]} cannot be read: a getter or a proxy in it throws`;
    return refuse('invalid-spec', [{ path: params[0]?.[0] ?? '', rule: 'unreadable', message }]) as never;
  }
}
