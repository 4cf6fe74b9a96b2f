// Problems of input as one error.

import { SandboxError } from '../errors.ts';
import type { Problem } from './walk.ts';

/** Throws when there are problems. What an admin has written is a configuration, everything else a specification. */
export function refuse(code: 'invalid-config' | 'invalid-spec', problems: readonly Problem[]): void {
  const [first] = problems;
  if (first === undefined) return;
  const all = problems.map(({ message }) => (message.endsWith('?') ? message : `${message}.`));
  const message = all.length === 1 ? all[0]! : `${all.length} problems: ${all.join(' ')}`;
  const details: Record<string, string> = { rule: first.rule, path: first.path };
  if (problems.length > 1) details['problems'] = String(problems.length);
  throw new SandboxError(code, message, {
    details,
    problems: problems.map(({ path, message: text }) => ({ path, message: text })),
  });
}
