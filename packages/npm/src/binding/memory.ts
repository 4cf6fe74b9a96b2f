// The linear memory of one instance, and the two ways to allocate in it.

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The exports of the core module that the conversion of values needs. */
export interface CoreExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly cabi_realloc: (old: number, oldSize: number, align: number, size: number) => number;
}

/** Texts up to here are written character by character, which costs less than the call of an encoder. */
const SHORT = 48;

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}

/** An instance's memory. Its views are renewed when the memory grows, which leaves the old ones without a length. */
export class Memory {
  readonly #exports: CoreExports;
  #view: DataView;
  #bytes: Uint8Array;

  constructor(exports: CoreExports) {
    this.#exports = exports;
    this.#view = new DataView(exports.memory.buffer);
    this.#bytes = new Uint8Array(exports.memory.buffer);
  }

  get view(): DataView {
    if (this.#bytes.length === 0) this.#renew();
    return this.#view;
  }

  get bytes(): Uint8Array {
    if (this.#bytes.length === 0) this.#renew();
    return this.#bytes;
  }

  #renew(): void {
    this.#view = new DataView(this.#exports.memory.buffer);
    this.#bytes = new Uint8Array(this.#exports.memory.buffer);
  }

  allocate(size: number, align: number): number {
    return size === 0 ? align : this.#exports.cabi_realloc(0, 0, align, size) >>> 0;
  }

  /** Writes bytes to a new place and returns it. */
  put(bytes: Uint8Array): number {
    const at = this.allocate(bytes.length, 1);
    this.bytes.set(bytes, at);
    return at;
  }

  /** Writes a text to a new place and returns where it is, and its length in bytes. */
  putText(text: string): [number, number] {
    if (!isAscii(text)) {
      const bytes = encoder.encode(text);
      return [this.put(bytes), bytes.length];
    }
    if (text.length <= SHORT) return this.putLatin1(text);
    const at = this.allocate(text.length, 1);
    encoder.encodeInto(text, this.bytes.subarray(at, at + text.length));
    return [at, text.length];
  }

  /** Writes a text of which each character is a byte. */
  putLatin1(text: string): [number, number] {
    const { length } = text;
    const at = this.allocate(length, 1);
    const { bytes } = this;
    for (let index = 0; index < length; index += 1) bytes[at + index] = text.charCodeAt(index);
    return [at, length];
  }

  text(at: number, length: number): string {
    return length === 0 ? '' : decoder.decode(this.bytes.subarray(at, at + length));
  }

  /** Reads a text of which each byte is a character. */
  latin1(at: number, length: number): string {
    const { bytes } = this;
    let text = '';
    for (let index = at; index < at + length; index += 1) text += String.fromCharCode(bytes[index]!);
    return text;
  }

  /** A copy of some bytes: what is behind a view changes. */
  copy(at: number, length: number): Uint8Array {
    return this.bytes.slice(at, at + length);
  }
}
