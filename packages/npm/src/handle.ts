// Handles from outside: from a database, a queue, another process.

import { handle as handleType } from './generated/contract.ts';
import { entriesOf } from './binding/abi.ts';
import { refuse } from './check/refuse.ts';
import { check, type Problem } from './check/walk.ts';
import { SandboxError } from './errors.ts';
import type { Handle } from './generated/types.ts';

/** The provider that every handle names. */
export const PROVIDER_ID = 'daytona';

/** Reads a handle from JSON or from what JSON was parsed to. What is none is a `SandboxError` that says why. */
export function parseHandle(value: unknown): Handle {
  let parsed = value;
  if (typeof value === 'string') {
    try {
      parsed = JSON.parse(value);
    } catch {
      const message = 'handle is text, and not JSON. Pass what JSON.stringify made of a handle.';
      throw new SandboxError('invalid-spec', message, { details: { rule: 'not-json', path: 'handle' }, problems: [{ path: 'handle', message }] });
    }
  }
  const problems: Problem[] = [];
  check(handleType, parsed, 'handle', problems);
  const { providerId, externalId, metadata } = (parsed ?? {}) as Handle;
  for (const [name, text] of Object.entries({ providerId, externalId })) {
    if (text === '') problems.push({ path: `handle.${name}`, rule: 'empty-value', message: `handle.${name} is empty` });
  }
  if (problems.length === 0 && providerId !== PROVIDER_ID) {
    const message = `handle.providerId is not ${PROVIDER_ID}: the handle is one of another provider`;
    problems.push({ path: 'handle.providerId', rule: 'foreign-handle', message });
  }
  refuse('invalid-spec', problems);
  return { providerId, externalId, metadata: Object.fromEntries(entriesOf(metadata)) };
}
