// Header fields as `wasi:http` has them: names with values of bytes.

/** Names that belong to the connection and not to a request. What fetch would drop in silence is refused instead. */
const FORBIDDEN = new Set(['connection', 'host', 'http2-settings', 'keep-alive', 'transfer-encoding', 'upgrade']);

const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

export type Entry = readonly [name: string, value: Uint8Array];

/** A set of fields: those of a request, or those of a reply, which are read when somebody asks. */
export interface Fields {
  entries(): readonly Entry[];
  get(name: string): readonly Uint8Array[];
}

/** The fields of a request. */
export class OwnFields implements Fields {
  readonly #entries: readonly Entry[];

  constructor(entries: readonly Entry[]) {
    this.#entries = entries;
  }

  entries(): readonly Entry[] {
    return this.#entries;
  }

  get(name: string): readonly Uint8Array[] {
    const wanted = name.toLowerCase();
    return this.#entries.filter(([known]) => known.toLowerCase() === wanted).map(([, value]) => value);
  }
}

/** Why a field cannot be sent, in the words of `wasi:http`. */
export function problemOf([name, value]: Entry): 'forbidden' | 'invalid-syntax' | null {
  if (!NAME.test(name) || value.some((byte) => (byte < 0x20 && byte !== 0x09) || byte === 0x7f)) return 'invalid-syntax';
  const lower = name.toLowerCase();
  return FORBIDDEN.has(lower) || lower.startsWith('proxy-') ? 'forbidden' : null;
}

/** Bytes as the text that fetch takes and gives for them: one character for each. */
export function binary(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** The bytes of such a text. Where an engine has decoded them, which the standard forbids, they are encoded again. */
export function unbinary(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code > 0xff) return new TextEncoder().encode(text);
    bytes[at] = code;
  }
  return bytes;
}

/** The fields of a reply. */
export class ReplyFields implements Fields {
  readonly #headers: Headers;
  readonly #hidden: ReadonlySet<string>;

  /** `hidden` are names that no longer say the truth about the body. */
  constructor(headers: Headers, hidden: ReadonlySet<string>) {
    this.#headers = headers;
    this.#hidden = hidden;
  }

  entries(): readonly Entry[] {
    const shown = [...this.#headers].filter(([name]) => !this.#hidden.has(name.toLowerCase()));
    return shown.map(([name, value]) => [name.toLowerCase(), unbinary(value)]);
  }

  get(name: string): readonly Uint8Array[] {
    if (this.#hidden.has(name.toLowerCase())) return [];
    const value = this.#headers.get(name);
    return value === null ? [] : [unbinary(value)];
  }
}
