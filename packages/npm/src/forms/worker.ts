// The environment that the worker in the sandbox starts with, made from a session.

import { option, pairs, record, text } from '../binding/abi.ts';
import { member } from '../check/kind.ts';
import { aName, needed } from '../check/own.ts';
import { Problems } from '../check/problems.ts';
import { refuse } from '../check/refuse.ts';
import { read } from '../check/read.ts';
import type { PairsInput } from '../generated/types.ts';
import type { Spelling } from './respell.ts';

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

/** Where the worker reports to. */
const anAddress = needed((value, path, problems) => {
  const address: unknown = read(aName, value, path, problems);
  if (typeof address === 'string' && address !== '' && !/^https?:\/\/[^\s\0]+$/.test(address)) {
    problems.add(path, 'not-a-url', 'has to be the address of the platform: https://platform.example');
  }
  return address;
});

const SESSION = record([
  ['sessionId', aName],
  ['daemonUrl', anAddress],
  ['sessionReadToken', option(text)],
  ['runtimeJwt', option(text)],
  ['registrationToken', option(text)],
  ['env', pairs],
]);

interface GivenSession {
  readonly sessionId: string;
  readonly daemonUrl: string;
  readonly sessionReadToken: string | null;
  readonly runtimeJwt: string | null;
  readonly registrationToken: string | null;
  readonly env: ReadonlyArray<readonly [string, string]>;
}

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

/** The variables that carry bearers of the platform. */
const READ_TOKEN = 'DONMAI_SESSION_READ_TOKEN';
const RUNTIME_JWT = 'DONMAI_RUNTIME_JWT';

/** The variable that carries a registration token. */
const REGISTRATION_TOKEN = 'DONMAI_REGISTRATION_TOKEN';

/** A session's variables with its registration token, unless they have it already, and what the token is called in a form. */
export function withRegistrationToken(
  env: ReadonlyArray<readonly [string, string]>,
  token: string | null,
): { env: ReadonlyArray<readonly [string, string]>; spelling: Spelling } {
  if (token === null || env.some(([name]) => name === REGISTRATION_TOKEN)) return { env, spelling: [] };
  return { env: [...env, [REGISTRATION_TOKEN, token]], spelling: [[`spec.env.${REGISTRATION_TOKEN}`, 'spec.registrationToken']] };
}

/** The variables for `spec.env`, with a warning for each of the work item's own that the host owns. Those of the host's credentials
 * are left out. */
export function workerEnvironment(session: WorkerSession): { env: Record<string, string>; warnings: WorkerWarning[] } {
  const problems = new Problems();
  const given = read(SESSION, session, 'session', problems) as GivenSession | undefined;
  const own: Array<readonly [field: string, name: string, value: string | null | undefined]> = [
    ['sessionId', 'DONMAI_SESSION_ID', given?.sessionId],
    ['daemonUrl', 'DONMAI_DAEMON_URL', given?.daemonUrl],
    ['sessionReadToken', READ_TOKEN, given?.sessionReadToken],
    ['runtimeJwt', RUNTIME_JWT, given?.runtimeJwt],
    ['registrationToken', REGISTRATION_TOKEN, given?.registrationToken],
  ];
  const item = Object.fromEntries(given?.env ?? []);
  const values = [
    ...own.map(([field, , value]) => [`session.${field}`, value] as const),
    ...Object.entries(item).map(([name, value]) => [member('session.env', name), value] as const),
  ];
  for (const [path, value] of values) if (value?.includes('\0') === true) problems.add(path, 'nul-byte', 'contains a NUL byte');
  refuse('invalid-spec', problems);
  const warnings = warningsFor(item);
  const env = Object.fromEntries(Object.entries(item).filter(([name]) => !CREDENTIALS.has(name)));
  const warn = (name: string, message: string): void => void warnings.push({ name, message: `${name} ${message}` });
  const has = (name: string): boolean => Object.hasOwn(env, name);
  // The worker prefers it to a bearer that comes from the session.
  if (given!.sessionReadToken === null && given!.runtimeJwt !== null && has(READ_TOKEN)) {
    warn(READ_TOKEN, 'of the work item would win over the runtimeJwt of the session; it is left out.');
    delete env[READ_TOKEN];
  }
  for (const [field, name, value] of own) {
    if (value == null) {
      if (has(name)) warn(name, `comes from the work item, because the session has no ${field}.`);
      continue;
    }
    if (has(name) && env[name] !== value) warn(name, 'comes from the session; the value of the work item is not used.');
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
      return [{ name, message: `${name} is a credential of the host, which every member of the Daytona organization could read in a sandbox; it is left out.` }];
    }
    return [];
  });
}
