// The environment that the worker in the sandbox starts with, made from a session.

import { refuse } from '../check/refuse.ts';
import { check, type Problem } from '../check/walk.ts';
import { entriesOf, option, pairs, record, text } from '../binding/abi.ts';
import type { PairsInput } from '../generated/types.ts';

/** What the platform knows of a session that a worker shall run. */
export interface WorkerSession {
  readonly sessionId: string;
  /** The platform's endpoint. Without it a worker dials its own loopback. */
  readonly daemonUrl: string;
  /** Bearer of the first request; it wins over `runtimeJwt` and is unset after the start. */
  readonly sessionReadToken?: string | null | undefined;
  /** Bearer of the platform's endpoint. */
  readonly runtimeJwt?: string | null | undefined;
  /** For a worker that registers itself. */
  readonly registrationToken?: string | null | undefined;
  /** The work item's own variables. */
  readonly env?: PairsInput | undefined;
}

/** A variable that will not have the effect that its name promises. Never shows a value. */
export interface WorkerWarning {
  readonly name: string;
  readonly message: string;
}

const SESSION = record([
  ['sessionId', text],
  ['daemonUrl', text],
  ['sessionReadToken', option(text)],
  ['runtimeJwt', option(text)],
  ['registrationToken', option(text)],
  ['env', pairs],
]);

/** Credentials of the host, which the worker keeps away from agents, and which do not belong into a sandbox. */
const CREDENTIALS = new Set([
  'AUDIT_SIGNING_KEY_PRIVATE',
  'AUDIT_SIGNING_KEY_PUBLIC',
  'DAYTONA_API_KEY',
  'DAYTONA_API_URL',
  'DONMAI_CREDENTIAL_CAPABILITY',
  'DONMAI_DAEMON_API_KEY',
  'DONMAI_DAEMON_JWT',
  'DONMAI_DAEMON_TOKEN',
  'DONMAI_ORCHESTRATOR_URL',
  'M2M_JWT_SECRET',
  'WORKER_API_KEY',
  'WORKOS_API_KEY',
  'WORKOS_COOKIE_PASSWORD',
]);

/** The variable that carries a registration token. */
export const REGISTRATION_TOKEN = 'DONMAI_REGISTRATION_TOKEN';

/** The variables for `spec.env`, with a warning for each of the work item's own that the host owns. */
export function workerEnvironment(session: WorkerSession): { env: Record<string, string>; warnings: WorkerWarning[] } {
  const problems: Problem[] = [];
  check(SESSION, session, 'session', problems);
  for (const name of ['sessionId', 'daemonUrl'] as const) {
    const path = `session.${name}`;
    if (session?.[name] === '') problems.push({ path, rule: 'empty-value', message: `${path} is empty` });
  }
  refuse('invalid-spec', problems);
  const own: Array<readonly [string, string | null | undefined]> = [
    ['DONMAI_SESSION_ID', session.sessionId],
    ['DONMAI_DAEMON_URL', session.daemonUrl],
    ['DONMAI_SESSION_READ_TOKEN', session.sessionReadToken],
    ['DONMAI_RUNTIME_JWT', session.runtimeJwt],
    [REGISTRATION_TOKEN, session.registrationToken],
  ];
  const env = Object.fromEntries(entriesOf(session.env));
  const warnings = warningsFor(env);
  for (const [name, value] of own) {
    if (value == null) continue;
    if (name in env && env[name] !== value) {
      warnings.push({ name, message: `${name} comes from the session; the value of the work item is not used.` });
    }
    env[name] = value;
  }
  return { env, warnings };
}

/** Warnings for variables that do not belong into a sandbox. */
export function warningsFor(env: Readonly<Record<string, string>>): WorkerWarning[] {
  return Object.keys(env).flatMap((name) => {
    if (name.startsWith('DONMAI_PI_CONFINEMENT')) {
      return [{ name, message: `${name} is set by the host; a work item's value is lost.` }];
    }
    if (CREDENTIALS.has(name)) {
      return [{ name, message: `${name} is a credential of the host, which every member of the Daytona organization could read in a sandbox; leave it out.` }];
    }
    return [];
  });
}
