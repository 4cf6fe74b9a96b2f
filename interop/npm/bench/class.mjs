// The package as it is by default: over the engine's fetch.

import { measure } from './provider.mjs';

await measure();
