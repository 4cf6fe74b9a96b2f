// What the bench does with the package.

import { DaytonaSandboxProvider } from 'daytona-sandbox-provider';

import { ENV, KEY, SNAPSHOT, URL, client } from './measure.mjs';

/** Serves the bench with a provider in the mode that MODE says. */
export async function measure(options = {}) {
  const credential = { secret: KEY, apiUrl: URL };
  const provider = new DaytonaSandboxProvider({ poolId: 'pool-1', config: { snapshot: SNAPSHOT }, credential, mode: process.env.MODE, ...options });
  await client({
    create: (sessionId) => provider.provision({ sessionId, env: ENV, labels: { team: 'a' } }),
    get: async (handle) => {
      const { status } = await provider.status(handle, { observe: true });
      if (status !== 'running') throw new Error(`it is ${status}`);
    },
    remove: (handle) => provider.terminate(handle),
  });
}
