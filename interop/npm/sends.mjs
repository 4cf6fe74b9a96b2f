// What sends a program's requests: with SENDS=node it is `node:http`, otherwise the engine's own `fetch`.

import { nodeFetch } from 'daytona-sandbox-provider/node';

export const SENDS = process.env.SENDS === 'node' ? nodeFetch() : undefined;
