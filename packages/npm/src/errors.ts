// The one class of errors.

import type { ErrorCode, ErrorRecord } from './generated/types.ts';

/** One thing that is wrong with what a caller handed over. Never shows a value. */
export interface InputProblem {
  /** Where, in the caller's own spelling: `spec.resources.timeoutSec`. */
  readonly path: string;
  /** What is wrong and what to write instead. */
  readonly message: string;
}

const BRAND = Symbol.for('daytona-sandbox-provider.SandboxError');

/** What an error is made from, beside what it means by default. */
export interface SandboxErrorInit extends Partial<Omit<ErrorRecord, 'code' | 'message'>> {
  readonly problems?: readonly InputProblem[];
  readonly cause?: unknown;
}

/** Every failure of a provider, wherever it comes from: Daytona, the network, the caller's input, an abort.
 *
 * Branch on `code`, `retryable`, `maybeApplied` and `retryAfterMs`; `message` and `details` are for people, but for the
 * keys of `details` that the contract names. */
export class SandboxError extends Error {
  override readonly name = 'SandboxError';
  /** What kind of failure it is. */
  readonly code: ErrorCode;
  /** Whether the same call may succeed later without anybody changing anything. */
  readonly retryable: boolean;
  /** Milliseconds to wait before that, where Daytona said so. */
  readonly retryAfterMs: number | null;
  /** Whether what was asked for may exist all the same: `locate` it before it is provisioned elsewhere. */
  readonly maybeApplied: boolean;
  /** The HTTP status that it came from, where one did. */
  readonly httpStatus: number | null;
  /** `rule`, `remedy`, `path`, `limit` and more. */
  readonly details: Readonly<Record<string, string>>;
  /** Everything that is wrong with the caller's input; empty where that is not the reason. */
  readonly problems: readonly InputProblem[];

  constructor(code: ErrorCode, message: string, init: SandboxErrorInit = {}) {
    super(message, 'cause' in init ? { cause: init.cause } : undefined);
    this.code = code;
    this.retryable = init.retryable ?? false;
    this.retryAfterMs = init.retryAfterMs ?? null;
    this.maybeApplied = init.maybeApplied ?? false;
    this.httpStatus = init.httpStatus ?? null;
    this.details = init.details ?? {};
    this.problems = init.problems ?? [];
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** The same as plain JSON, for logs and for other processes. */
  toJSON(): Record<string, unknown> {
    const { name, code, message, retryable, retryAfterMs, maybeApplied, httpStatus, details, problems } = this;
    return { name, code, message, retryable, retryAfterMs, maybeApplied, httpStatus, details, problems };
  }

  /** An error of the package that was loaded as the other kind of module is one as well. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // A class below this one has instances of its own.
    if (Object.getPrototypeOf(this) !== Error) return Function.prototype[Symbol.hasInstance].call(this, value);
    try {
      return typeof value === 'object' && value !== null && BRAND in value;
    } catch {
      // Anything can be thrown, also what throws when it is looked at.
      return false;
    }
  }
}

/** The same error without what caused it: that is the caller's own, and may show what no log shall have. */
export function withoutCause(error: SandboxError): SandboxError {
  const copy = new SandboxError(error.code, error.message, error.toJSON());
  copy.stack = error.stack ?? '';
  return copy;
}
