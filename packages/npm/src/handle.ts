// Handles from outside: from a database, a queue, another process.

import { handle as handleType } from './generated/contract.ts';
import { anything, option, record, text, type Type } from './binding/abi.ts';
import { needed } from './check/own.ts';
import { Problems } from './check/problems.ts';
import { refuse } from './check/refuse.ts';
import { read } from './check/read.ts';
import type { Handle } from './generated/types.ts';

/** The provider that every handle names. */
export const PROVIDER_ID = 'daytona';

/** Longest id of a handle that is taken for one, in characters. */
const LONGEST = 255;

/** A handle, with what the open contract's handles have beside, which is not of interest here. */
function handleWith(providerId: Type): Type<any> {
  const { fields } = handleType.shape as Extract<Type['shape'], { kind: 'record' }>;
  const own = fields.map(([name, type]) => [name, name === 'providerId' ? providerId : type] as const);
  const all = record([...own, ['transport', anything], ['provisionedAt', anything]]);
  return needed((value, path, problems) => {
    const { transport: _, provisionedAt: __, ...handle } = read(all, value, path, problems) ?? {};
    for (const name of ['providerId', 'externalId'] as const) {
      const id: unknown = handle[name];
      if (typeof id !== 'string' || (id.length <= LONGEST && !/[\0-\x1f\x7f]/.test(id))) continue;
      problems.add(`${path}.${name}`, 'malformed-handle', `is no id: it is longer than ${LONGEST} characters, or has control characters in it`);
    }
    return { ...handle, providerId: handle.providerId ?? PROVIDER_ID };
  });
}

/** A handle of any form. */
export const aHandle = handleWith(text);

/** The same where the platform keeps no provider id beside it, because the pool's row has it. */
export const aPoolHandle = handleWith(option(text));

/** Reads a handle from JSON or from what JSON was parsed to, also one of the open contract. What is none is a `SandboxError` that
 * says why. */
export function parseHandle(value: unknown): Handle {
  const problems = new Problems();
  let parsed = value;
  if (typeof value === 'string') {
    try {
      parsed = JSON.parse(value);
    } catch {
      problems.add('handle', 'not-json', 'is text, and not JSON. Pass what JSON.stringify made of a handle');
      refuse('invalid-spec', problems);
    }
  }
  const handle = read(aHandle, parsed, 'handle', problems);
  for (const name of ['providerId', 'externalId'] as const) {
    if (handle?.[name] === '') problems.add(`handle.${name}`, 'empty-value', 'is empty');
  }
  if (problems.none && handle.providerId !== PROVIDER_ID) {
    problems.add('handle.providerId', 'foreign-handle', `is not ${PROVIDER_ID}: the handle is one of another provider`);
  }
  refuse('invalid-spec', problems);
  return { ...handle, metadata: Object.fromEntries(handle.metadata) };
}
