// The package, in the mode that MODE says.

import { DaytonaSandboxProvider } from 'daytona-sandbox-provider';

import { ENV, KEY, SNAPSHOT, URL, client } from './measure.mjs';

const provider = new DaytonaSandboxProvider({ poolId: 'pool-1', config: { snapshot: SNAPSHOT }, credential: { secret: KEY, apiUrl: URL }, mode: process.env.MODE });

await client({
  create: (sessionId) => provider.provision({ sessionId, env: ENV, labels: { team: 'a' } }),
  get: async (handle) => {
    const { status } = await provider.status(handle, { observe: true });
    if (status !== 'running') throw new Error(`it is ${status}`);
  },
  remove: (handle) => provider.terminate(handle),
});
