// Paths of the contract in the spelling of who calls the provider.

import { member } from './check/kind.ts';
import { fieldNames } from './generated/contract.ts';

/** A path of the contract as its caller would write it. */
export type Spelled = (path: string) => string;

/** What the parts of a call's context are called by whoever gave them. */
export interface ContextNames {
  readonly config: string;
  readonly credential: string;
  readonly organizationId: string;
  readonly deadlineMs: string;
}

/** `context.deadline-ms` as `options.deadlineMs`, `spec.resources.timeout-sec` as `spec.resources.timeoutSec`, `$.cpu` as
 * `config.cpu`. */
export const spelledFor =
  (names: ContextNames): Spelled =>
  (path) => {
    if (path === '$' || /^\$[.[]/.test(path)) return names.config + path.slice(1);
    const spelled = inJavaScript(path);
    const [, part, rest = ''] = /^context\.(\w+)(.*)$/s.exec(spelled) ?? [];
    if (part === undefined) return spelled;
    if (part === 'extensions') return `options.extensions${rest}`;
    return (part in names ? names[part as keyof ContextNames] : part) + rest;
  };

/** Writes names in a text in another spelling: whole ones, and the longest that fits. */
export function replacing(names: ReadonlyMap<string, string>): (text: string) => string {
  if (names.size === 0) return (text) => text;
  const longestFirst = [...names.keys()].sort((one, other) => other.length - one.length);
  const escaped = longestFirst.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const pattern = new RegExp(`(?<![\\w.$-])(?:${escaped.join('|')})(?![\\w-])`, 'g');
  return (text) => text.replace(pattern, (name) => names.get(name) ?? name);
}

const KNOWN: Readonly<Record<string, string>> = fieldNames;

/** Fields whose members have names of the caller's own. */
const OWN = new Set(['env', 'labels', 'metadata', 'extensions']);

function inJavaScript(path: string): string {
  const parts = path.split('.');
  const end = parts.findIndex((part) => OWN.has(part)) + 1;
  const fields = parts.slice(0, end === 0 ? undefined : end).map((part) => part.replace(/^[a-z0-9-]+/, (name) => KNOWN[name] ?? name));
  const named = end === 0 ? '' : parts.slice(end).join('.');
  return named === '' ? fields.join('.') : member(fields.join('.'), named);
}
