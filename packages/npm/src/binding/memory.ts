// The linear memory of one instance, and the two ways to allocate in it.

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The exports of the core module that the conversion of values needs. */
export interface CoreExports {
  readonly memory: WebAssembly.Memory;
  readonly cabi_realloc: (old: number, oldSize: number, align: number, size: number) => number;
}

/** An instance's memory. Its views are renewed when the memory grows. */
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
    if (this.#view.buffer !== this.#exports.memory.buffer) this.#renew();
    return this.#view;
  }

  get bytes(): Uint8Array {
    if (this.#bytes.buffer !== this.#exports.memory.buffer) this.#renew();
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
    const bytes = encoder.encode(text);
    return [this.put(bytes), bytes.length];
  }

  text(at: number, length: number): string {
    return length === 0 ? '' : decoder.decode(this.bytes.subarray(at, at + length));
  }

  /** A copy of some bytes: what is behind a view changes. */
  copy(at: number, length: number): Uint8Array {
    return this.bytes.slice(at, at + length);
  }
}
