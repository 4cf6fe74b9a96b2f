// Errors of the provider in the words of a form's caller, whose fields have other names.

import { SandboxError } from '../errors.ts';
import { replacing } from '../spelling.ts';

/** Paths of the provider, each with what it is called in a form. */
export type Spelling = ReadonlyArray<readonly [provider: string, form: string]>;

/** Throws an error again, with the form's own paths. */
export const respelling =
  (spelling: Spelling) =>
  (error: unknown): never => {
    if (!(error instanceof SandboxError)) throw error;
    const path = error.details['path'];
    const told = [path, ...error.problems.map((problem) => problem.path)].filter((at) => at !== undefined);
    const pairs = spelling.filter(([from]) => told.some((at) => isBelow(at, from)));
    if (pairs.length === 0) throw error;
    const put = replacing(new Map(pairs));
    const details = path === undefined ? error.details : { ...error.details, path: put(path) };
    const problems = error.problems.map((problem) => ({ path: put(problem.path), message: put(problem.message) }));
    const cause = error.cause === undefined ? {} : { cause: error.cause };
    throw new SandboxError(error.code, put(error.message), { ...error.toJSON(), details, problems, ...cause });
  };

const isBelow = (path: string, parent: string): boolean => path === parent || path.startsWith(`${parent}.`) || path.startsWith(`${parent}[`);
