// Where bytes may not be compiled at run time, the platform hands over a compiled module.

import module from '../../../core.wasm';

export const core: string | WebAssembly.Module = module;
