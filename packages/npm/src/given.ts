// Options as they were read from their callers: complete, and nobody else's any more.

import { bool, enumeration, json, option, pairs, record, text, u32, type Type } from './binding/abi.ts';
import { aFunction, aName, aSignal, own } from './check/own.ts';
import { Problems } from './check/problems.ts';
import { read, wrong } from './check/read.ts';
import { refuse } from './check/refuse.ts';
import { anEnvironment } from './environment.ts';
import { credential } from './generated/contract.ts';
import type { CredentialSource, EnvironmentSource, ModeOption, ProviderEvent } from './options.ts';
import { MAKES_FETCH, type Fetch } from './wasi/fetch.ts';

/** Numbers of the contract's within narrower bounds. */
const within = (least: number, most: number): Type<number> => ({ ...u32, shape: { kind: 'number', least, most } });

/** Longest deadline that the component takes: an hour, in milliseconds. */
export const MAX_DEADLINE_MS = 3_600_000;

const aDeadline = option(within(1, MAX_DEADLINE_MS));

/** A credential, or what fetches it. */
const aCredentialSource = own((value, path, problems) => (typeof value === 'function' ? value : read(credential, value, path, problems)));

/** The options of a call on a provider. */
export const CALL_OPTIONS = record([
  ['signal', aSignal],
  ['deadlineMs', aDeadline],
  ['observe', option(bool)],
  ['organizationId', option(text)],
  ['credential', aCredentialSource],
  ['config', json],
  ['extensions', pairs],
]);

/** The options of a call on the raw contract. */
export const RAW_CALL_OPTIONS = record([['signal', aSignal]]);

/** The options of a call as they were read: complete, and nobody else's any more. */
export interface GivenCallOptions {
  readonly signal: AbortSignal | null;
  readonly deadlineMs: number | null;
  readonly observe: boolean | null;
  readonly organizationId: string | null;
  readonly credential: CredentialSource;
  /** JSON; empty: none. */
  readonly config: string;
  readonly extensions: ReadonlyArray<readonly [string, string]>;
}

/** The options of a binding as they were read. */
export interface GivenBindingOptions {
  readonly mode: ModeOption | null;
  readonly fetch: Fetch | null;
  readonly environment: EnvironmentSource | null;
  readonly maxConcurrentCalls: number | null;
  readonly allowedOrigins: readonly string[] | null;
  readonly onEvent: ((event: ProviderEvent) => unknown) | null;
}

/** The options of a provider as they were read. */
export interface GivenOptions extends GivenBindingOptions {
  readonly poolId: string;
  readonly organizationId: string | null;
  /** JSON; empty: none. */
  readonly config: string;
  readonly credential: CredentialSource;
  readonly deadlineMs: number | null;
}

const aFetch = own((value, path, problems) => {
  if (typeof value !== 'function') return wrong('a function', value, path, problems);
  if (MAKES_FETCH in value) problems.add(path, 'wrong-type', 'has to be what nodeFetch makes: write fetch: nodeFetch()');
  return value;
});

const origins = own((value, path, problems) => {
  if (!Array.isArray(value)) return wrong('a list', value, path, problems);
  return Array.from(value, (origin: unknown, index) => {
    if (typeof origin !== 'string' || !isOrigin(origin)) {
      problems.add(`${path}[${index}]`, 'not-an-origin', 'has to be an origin, scheme and host and at most a port: https://daytona.example.com');
    }
    return origin;
  });
});

const BINDING = [
  ['mode', option(enumeration(['auto', 'jspi', 'replay']))],
  ['fetch', aFetch],
  ['environment', anEnvironment],
  ['maxConcurrentCalls', option(within(1, 0xffff_ffff))],
  ['allowedOrigins', origins],
  ['onEvent', aFunction],
] as const;

/** The options of a provider, but for those that a pool's row has. */
export const SETTINGS = [['deadlineMs', aDeadline], ...BINDING] as const;

const PROVIDER = record([
  ['poolId', aName],
  ['organizationId', option(text)],
  ['config', json],
  ['credential', aCredentialSource],
  ...SETTINGS,
]);

const RAW_PROVIDER = record(BINDING);

/** Reads the options of a provider. */
export const readOptions = (options: unknown): GivenOptions => readRecord(PROVIDER, options);

/** Reads the options of a raw binding. */
export const readRawOptions = (options: unknown): GivenBindingOptions => readRecord(RAW_PROVIDER, options);

function readRecord(type: Type, options: unknown): any {
  const problems = new Problems();
  if (options === null) wrong('an object', options, 'options', problems);
  const given = read(type, options ?? {}, '', problems);
  refuse('invalid-config', problems);
  return given;
}

function isOrigin(text: string): boolean {
  try {
    const url = new URL(text);
    return ['http:', 'https:'].includes(url.protocol) && url.origin === text;
  } catch {
    return false;
  }
}
