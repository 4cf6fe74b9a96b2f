// Problems of input as one error.

import { SandboxError } from '../errors.ts';
import { NOT_OFFERED, type Problems } from './problems.ts';

/** Throws when there are problems. What an admin has written is a configuration, everything else a specification; what is only not
 * offered is neither. */
export function refuse(wrong: 'invalid-config' | 'invalid-spec', problems: Problems): void {
  const { all, full } = problems;
  const [first] = all;
  if (first === undefined) return;
  const code = all.every(({ rule }) => rule === NOT_OFFERED) ? 'unsupported' : wrong;
  const count = `${all.length}${full ? ' and more' : ''}`;
  const sentences = all.map(({ message }) => (message.endsWith('?') ? message : `${message}.`)).join(' ');
  const details: Record<string, string> = { rule: first.rule, path: first.path };
  if (all.length > 1) details['problems'] = count;
  throw new SandboxError(code, all.length === 1 ? sentences : `${count} problems: ${sentences}`, {
    details,
    problems: all.map(({ path, message }) => ({ path, message })),
  });
}
