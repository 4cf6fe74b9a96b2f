// Stands for the core module in base64, which the build writes in its place.

export const core: string | WebAssembly.Module = '';
