// What ends a call, as the one class of errors: the component's own error, a trap, an abort, a closed provider.

import type { Call } from './abi.ts';
import { Divergence } from './replay.ts';
import { NotOffered } from './instance.ts';
import { NotCompiled } from './module.ts';
import { kindOf } from '../check/kind.ts';
import { SandboxError, type InputProblem, type SandboxErrorInit } from '../errors.ts';
import type { ErrorRecord } from '../generated/types.ts';
import { replacing, type Spelled } from '../spelling.ts';
import { NotAResponse } from '../wasi/failure.ts';
import type { Invocation } from '../wasi/invocation.ts';

/** Why a call was ended from outside. */
export class Ended extends Error {
  constructor(readonly why: 'aborted' | 'closed' | 'deadline', options?: ErrorOptions) {
    super(why, options);
  }
}

/** Whether what was asked for may have been done, as far as requests that were sent tell. */
function maybeApplied(declared: Call, invocation: Invocation | null): boolean {
  if (invocation === null) return false;
  return declared.name.endsWith('#provision') ? invocation.requests > 0 : invocation.changes > 0;
}

/** What the binding knows of a call that the component does not. */
export interface Known {
  /** Paths in the caller's spelling; null: those of the raw contract. */
  readonly spelled: Spelled | null;
  /** Whether the component was given variables to read. */
  readonly hasEnvironment: boolean;
}

/** The component's error: with what the binding knows, and in the caller's spelling. */
export function fromRecord(record: ErrorRecord, invocation: Invocation, { spelled, hasEnvironment }: Known): SandboxError {
  const details = { ...record.details };
  let { message, retryable } = record;
  const { denial, engineCode } = invocation;
  const isDenied = denial !== null && (record.code === 'egress-denied' || details['rule'] === 'connect');
  if (isDenied) message = `${message} ${denial.origin} was not called: ${denial.reason}.`;
  if (spelled === null) return new SandboxError(record.code, message, record);
  if (isDenied) {
    details['origin'] = denial.origin;
    // It stays as it is, however often it is tried.
    retryable = false;
  }
  if (engineCode !== null && (record.code === 'unavailable' || record.code === 'timeout')) details['transport-code'] = engineCode;
  if (details['rule'] === 'no-key' && !hasEnvironment) {
    details['remedy'] = 'Pass a credential, or environment: process.env, without which DAYTONA_API_KEY is not read.';
  }
  const found = problemsOf(details, message);
  // A text may have a dollar that is no path.
  const put = replacing(new Map(found.filter(({ path }) => path !== '$').map(({ path }) => [path, spelled(path)])));
  const problems = found.map((problem) => ({ path: spelled(problem.path), message: put(problem.message) }));
  if (details['path'] !== undefined) details['path'] = spelled(details['path']);
  return new SandboxError(record.code, put(message), { ...record, retryable, details, problems });
}

/** What is wrong with the input, taken out of the details, where several problems are told one by one. */
function problemsOf(details: Record<string, string>, message: string): InputProblem[] {
  const { path } = details;
  if (path === undefined) return [];
  const problems: InputProblem[] = [];
  for (let number = 1; ; number += 1) {
    const [at, told] = [`path-${number}`, `problem-${number}`];
    if (details[at] === undefined || details[told] === undefined) break;
    problems.push({ path: details[at], message: details[told] });
    delete details[at];
    delete details[told];
  }
  return problems.length > 0 ? problems : [{ path, message }];
}

/** Everything else that a call can end by. */
export function fromReason(reason: unknown, declared: Call, invocation: Invocation | null): SandboxError {
  if (reason instanceof SandboxError) return reason;
  const applied = maybeApplied(declared, invocation);
  const error = (code: ErrorRecord['code'], rule: string, message: string, init: SandboxErrorInit = {}, details = {}): SandboxError =>
    new SandboxError(code, message, { maybeApplied: applied, ...init, details: { rule, ...details } });
  const doubt = applied ? ' What it asked for may have been done: look before it is asked for elsewhere.' : '';
  if (reason instanceof Ended) {
    switch (reason.why) {
      case 'closed':
        return error('unavailable', 'closed', `The provider was closed.${doubt}`);
      case 'deadline':
        return error('timeout', 'deadline', 'The deadline ended before anything was sent.', { retryable: true });
      default:
        return error('timeout', 'aborted', `The call was aborted by its caller.${doubt}`, { cause: reason.cause, retryable: true });
    }
  }
  if (reason instanceof NotAResponse) {
    return error('invalid-config', 'not-a-response', `${reason.message}.${doubt}`, {}, { path: 'fetch' });
  }
  if (reason instanceof NotCompiled) {
    const message = `This engine does not compile WebAssembly (${kindOf(reason.cause)}). Where compiling is forbidden, the component comes as a module: build with the condition workerd or edge-light.`;
    return error('unsupported', 'not-compiled', message, { cause: reason.cause });
  }
  if (reason instanceof NotOffered) return error('unsupported', 'not-offered', `${reason.message}.`);
  if (reason instanceof Divergence) {
    return error('internal', 'replay-diverged', `A call went another way when it was replayed, which is a defect of this package: ${reason.message}.${doubt}`);
  }
  return error('internal', 'trap', `The component stopped, which is a defect of this package.${doubt}`, { cause: reason });
}
