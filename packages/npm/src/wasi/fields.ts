// Header fields as `wasi:http` has them: names with values of bytes. Here a value is a text of which each character is a byte,
// as fetch takes and gives it.

import { NotAResponse } from './failure.ts';
import type { FetchHeaders } from './fetch.ts';

/** Names that belong to the connection and not to a request. What fetch would drop in silence is refused instead. */
const FORBIDDEN = new Set(['connection', 'host', 'http2-settings', 'keep-alive', 'transfer-encoding', 'upgrade']);

const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

export type Entry = readonly [name: string, value: string];

/** A set of fields: those of a request, or those of a reply, which are read when somebody asks. */
export abstract class Fields {
  abstract entries(): readonly Entry[];
  abstract get(name: string): readonly string[];
}

/** The fields of a request. */
export class OwnFields extends Fields {
  readonly #entries: readonly Entry[];

  constructor(entries: readonly Entry[]) {
    super();
    this.#entries = entries;
  }

  entries(): readonly Entry[] {
    return this.#entries;
  }

  get(name: string): readonly string[] {
    const wanted = name.toLowerCase();
    return this.#entries.filter(([known]) => known.toLowerCase() === wanted).map(([, value]) => value);
  }
}

/** Why a field cannot be sent, in the words of `wasi:http`. */
export function problemOf([name, value]: Entry): 'forbidden' | 'invalid-syntax' | null {
  if (CONTROL.test(value)) return 'invalid-syntax';
  if (sound.has(name)) return null;
  if (!NAME.test(name)) return 'invalid-syntax';
  const lower = name.toLowerCase();
  if (FORBIDDEN.has(lower) || lower.startsWith('proxy-')) return 'forbidden';
  if (sound.size < KEPT_NAMES) sound.add(name);
  return null;
}

/** Names that were looked at before: a component sends the same five again and again. */
const sound = new Set<string>();
const KEPT_NAMES = 64;

/** A value as it should come from fetch. Where an engine has decoded its bytes, which the standard forbids, they are encoded
 * again. */
function bytesOf(value: string): string {
  for (let at = 0; at < value.length; at += 1) {
    if (value.charCodeAt(at) > 0xff) return String.fromCharCode(...new TextEncoder().encode(value));
  }
  return value;
}

/** The fields of a reply. */
export class ReplyFields extends Fields {
  readonly #headers: FetchHeaders;
  readonly #hidden: ReadonlySet<string>;

  /** `hidden` are names that no longer say the truth about the body. */
  constructor(headers: FetchHeaders, hidden: ReadonlySet<string>) {
    super();
    this.#headers = headers;
    this.#hidden = hidden;
  }

  entries(): readonly Entry[] {
    const shown: Entry[] = [];
    this.#headers.forEach((value, name) => {
      const lower = name.toLowerCase();
      if (!this.#hidden.has(lower)) shown.push([lower, bytesOf(value)]);
    });
    return shown;
  }

  get(name: string): readonly string[] {
    if (this.#hidden.has(name.toLowerCase())) return [];
    const value = this.#value(name);
    return value == null ? [] : [bytesOf(String(value))];
  }

  #value(name: string): unknown {
    try {
      return this.#headers.get(name);
    } catch {
      throw new NotAResponse('fetch has given a Response whose Headers cannot be read');
    }
  }
}
