// The same, in the spelling of Vercel's edge functions.

import module from '../../../core.wasm?module';

export const core: string | WebAssembly.Module = module;
