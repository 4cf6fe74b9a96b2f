// The same component through the usual toolchain, whose calls block.

import { provider } from '../component/provider.js';

import { ENV, KEY, SNAPSHOT, URL, client } from './measure.mjs';

const context = { poolId: 'pool-1', config: JSON.stringify({ snapshot: SNAPSHOT }), credential: { secret: KEY, apiUrl: URL }, extensions: [['observe', 'true']] };

await client({
  create: async (sessionId) => provider.provision(context, { sessionId, env: Object.entries(ENV), labels: [['team', 'a']], resources: {}, extensions: [] }),
  get: async (handle) => {
    const { status } = provider.status(context, handle);
    if (status !== 'running') throw new Error(`it is ${status}`);
  },
  remove: async (handle) => provider.terminate(context, handle),
});
