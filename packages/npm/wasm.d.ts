// What `core.wasm` is where a bundler or an edge engine makes a module of it.

/** A compiled module, where the compiler of TypeScript knows any. */
type Module = typeof globalThis extends { WebAssembly: { Module: { prototype: infer M } } } ? M : object;

declare const module: Module;
export default module;
