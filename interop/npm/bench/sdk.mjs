// Daytona's official TypeScript SDK.

import { Daytona } from '@daytonaio/sdk';

import { ENV, KEY, SNAPSHOT, URL, client } from './measure.mjs';

const daytona = new Daytona({ apiKey: KEY, apiUrl: URL });

await client({
  create: (name) => daytona.create({ name, snapshot: SNAPSHOT, labels: { team: 'a' }, envVars: ENV, autoStopInterval: 30 }),
  get: async (sandbox) => {
    const { state } = await daytona.get(sandbox.id);
    if (state !== 'started') throw new Error(`it is ${state}`);
  },
  remove: (sandbox) => daytona.delete(sandbox),
});
