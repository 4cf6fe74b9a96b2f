// Errors of the provider in the words of a form's caller, whose fields have other names.

import { SandboxError } from '../errors.ts';

/** Paths of the provider, each with what it is called in a form. */
export type Spelling = ReadonlyArray<readonly [provider: string, form: string]>;

/** Throws an error again, with the form's own paths. */
export const respelling =
  (spelling: Spelling) =>
  (error: unknown): never => {
    if (!(error instanceof SandboxError)) throw error;
    const path = error.details['path'];
    const told = [path, ...error.problems.map((problem) => problem.path)].filter((at) => at !== undefined);
    // Of several that fit, the first one; so the narrower ones come first.
    const pairs = spelling.filter(([from]) => told.some((at) => isBelow(at, from)));
    if (pairs.length === 0) throw error;
    const pattern = new RegExp(`(?<![\\w.])(?:${pairs.map(([from]) => escaped(from)).join('|')})(?!\\w)`, 'g');
    const names = new Map(pairs);
    const put = (text: string): string => text.replace(pattern, (from) => names.get(from) ?? from);
    const details = path === undefined ? error.details : { ...error.details, path: put(path) };
    const problems = error.problems.map((problem) => ({ path: put(problem.path), message: put(problem.message) }));
    const cause = error.cause === undefined ? {} : { cause: error.cause };
    throw new SandboxError(error.code, put(error.message), { ...error.toJSON(), details, problems, ...cause });
  };

const isBelow = (path: string, parent: string): boolean => path === parent || path.startsWith(`${parent}.`) || path.startsWith(`${parent}[`);

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
