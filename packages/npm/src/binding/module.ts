// The core module, compiled once for all providers of a process.

import { core } from '#core';

/** The engine does not compile WebAssembly, at all or for whoever runs here. */
export class NotCompiled extends Error {}

const notCompiled = (cause: unknown): NotCompiled => new NotCompiled('the component cannot be compiled', { cause });

// A module that the platform hands over may be one of another realm, so it is not asked what it is an instance of.
let compiled: WebAssembly.Module | null = null;
let compiling: Promise<WebAssembly.Module> | null = null;

/** Compiles it in the background where the engine can. */
export function compile(): Promise<WebAssembly.Module> {
  if (compiled !== null) return Promise.resolve(compiled);
  if (compiling === null) {
    compiling = (async () => {
      try {
        compiled = typeof core === 'string' ? await WebAssembly.compile(decoded(core)) : core;
        return compiled;
      } catch (cause) {
        throw notCompiled(cause);
      }
    })();
    // Whoever calls next tries again.
    compiling.catch(() => (compiling = null));
  }
  return compiling;
}

/** Compiles it at once: some ten milliseconds, unless it was compiled before. */
export function compileNow(): WebAssembly.Module {
  try {
    compiled ??= typeof core === 'string' ? new WebAssembly.Module(decoded(core)) : core;
    return compiled;
  } catch (cause) {
    throw notCompiled(cause);
  }
}

function decoded(base64: string): Uint8Array<ArrayBuffer> {
  const native = (Uint8Array as unknown as { fromBase64?: (text: string) => Uint8Array<ArrayBuffer> }).fromBase64;
  if (native !== undefined) return native.call(Uint8Array, base64);
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes;
}
