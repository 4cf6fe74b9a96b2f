// What the component may read of an environment, which is given by the caller or not at all.

import { option, text } from './binding/abi.ts';
import { hasFields, kindOf } from './check/kind.ts';
import { own } from './check/own.ts';
import { Problems } from './check/problems.ts';
import { read, wrong } from './check/read.ts';
import { refuse } from './check/refuse.ts';
import { SandboxError } from './errors.ts';
import type { EnvironmentSource } from './options.ts';

const AN_ENVIRONMENT = 'an object of texts, or a function that returns one at once';

/** Variables that the component reads. */
const VARIABLES = ['DAYTONA_API_KEY', 'DAYTONA_API_URL'] as const;

function readVariables(environment: unknown, path: string, problems: Problems): Array<readonly [string, string]> {
  if (!hasFields(environment)) {
    wrong(AN_ENVIRONMENT, environment, path, problems);
    return [];
  }
  return VARIABLES.flatMap((name) => {
    const value = read(option(text), environment[name], `${path}.${name}`, problems) as string | null;
    return value === null ? [] : [[name, value] as const];
  });
}

/** Of an environment, what the component reads: a process has much that is none of its business. */
export function readEnvironment(source: EnvironmentSource): ReadonlyArray<readonly [string, string]> {
  let environment: unknown = source;
  try {
    if (typeof source === 'function') environment = source();
  } catch (cause) {
    const message = `The environment callback failed with ${kindOf(cause)}. Nothing was sent.`;
    throw new SandboxError('unavailable', message, { cause, retryable: true, details: { rule: 'environment-callback' } });
  }
  const problems = new Problems();
  const variables = read(own(readVariables), environment ?? null, 'environment', problems) as Array<readonly [string, string]> | null;
  if (variables === null) problems.add('environment', 'wrong-type', `has to be ${AN_ENVIRONMENT}, not ${kindOf(environment)}`);
  refuse('invalid-config', problems);
  return variables ?? [];
}

/** An environment among the options of a provider. */
export const anEnvironment = own((value, path, problems) => {
  // Its variables are read for each call; now it is only told what none can be read from.
  if (typeof value !== 'function') readVariables(value, path, problems);
  return value;
});
