// The parameters of a function, checked together.

import type { Call } from '../binding/abi.ts';
import { refuse } from './refuse.ts';
import { check, type Problem } from './walk.ts';

/** What an admin has written, not the caller of a session. */
const CONFIGURATION = /^(context|config|credential)\b/;

/** Throws when a value is not what the function takes. */
export function checkValues(declared: Call, values: readonly unknown[], tooMany: boolean): void {
  const problems: Problem[] = [];
  declared.params.forEach(([name, type], index) => {
    // Parameters are given by place, so one that is not needed may be skipped by null or undefined.
    if (values[index] == null && type.omittable) return;
    check(type, values[index], name, problems);
  });
  if (tooMany) {
    const names = [...declared.params.map(([name]) => name), 'options'].join(', ');
    problems.push({ path: 'options', rule: 'too-many', message: `more was passed than ${names}` });
  }
  const admin = problems.length > 0 && problems.every(({ path }) => CONFIGURATION.test(path));
  refuse(admin ? 'invalid-config' : 'invalid-spec', problems);
}
