// What ends a call, as the one class of errors: the component's own error, a trap, an abort, a closed provider.

import type { Call } from './abi.ts';
import { Divergence } from './replay.ts';
import { NotOffered } from './instance.ts';
import { SandboxError, type SandboxErrorInit } from '../errors.ts';
import { fieldNames } from '../generated/contract.ts';
import type { ErrorRecord } from '../generated/types.ts';
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

/** The component's error: as it is for the raw contract, otherwise in the caller's spelling and with what the binding knows. */
export function fromRecord(record: ErrorRecord, invocation: Invocation, raw: boolean): SandboxError {
  if (raw) return new SandboxError(record.code, record.message, record);
  const details = { ...record.details };
  let { message } = record;
  const path = details['path'];
  if (path !== undefined && !path.startsWith('$')) {
    const ours = respelled(path);
    message = message.replaceAll(path, ours);
    details['path'] = ours;
  }
  let { retryable } = record;
  if (invocation.denial !== null && (record.code === 'egress-denied' || details['rule'] === 'connect')) {
    const { origin, reason } = invocation.denial;
    message = `${message} ${origin} was not called: ${reason}.`;
    details['origin'] = origin;
    // It stays as it is, however often it is tried.
    retryable = false;
  }
  if (invocation.engineCode !== null && (record.code === 'unavailable' || record.code === 'timeout')) {
    details['transport-code'] = invocation.engineCode;
  }
  return new SandboxError(record.code, message, { ...record, retryable, details });
}

/** `context.deadline-ms` as `options.deadlineMs`, `spec.resources.timeout-sec` as `spec.resources.timeoutSec`. */
export function respelled(path: string): string {
  const names: Readonly<Record<string, string>> = fieldNames;
  const spelled = path.replace(/[a-z0-9]+(-[a-z0-9]+)*/g, (name) => names[name] ?? name);
  if (spelled === 'context.deadlineMs') return 'options.deadlineMs';
  return spelled.replace(/^context\./, '');
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
  if (reason instanceof NotOffered) return error('unsupported', 'not-offered', `${reason.message}.`);
  if (reason instanceof Divergence) {
    return error('internal', 'replay-diverged', `A call went another way when it was replayed, which is a defect of this package: ${reason.message}.${doubt}`);
  }
  return error('internal', 'trap', `The component stopped, which is a defect of this package.${doubt}`, { cause: reason });
}
