// The package over `node:http`.

import { nodeFetch } from 'daytona-sandbox-provider/node';

import { measure } from './provider.mjs';

await measure({ fetch: nodeFetch() });
