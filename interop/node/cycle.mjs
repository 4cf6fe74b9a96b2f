// A client of the bench: create, get, delete by the official TypeScript SDK, as often as it is told.

import { createInterface } from 'node:readline';

import { Daytona } from '@daytonaio/sdk';

const SNAPSHOT = 'ubuntu:22.04';
const ENV = { AGENT_TOKEN: '0123456789abcdef', AGENT_URL: 'https://platform.example' };

const daytona = new Daytona({ apiKey: process.env.FAKE_DAYTONA_KEY, apiUrl: process.env.FAKE_DAYTONA_URL });
let done = 0;

async function cycle(name) {
  const params = { name, snapshot: SNAPSHOT, labels: { team: 'a' }, envVars: ENV, autoStopInterval: 30 };
  const created = await daytona.create(params);
  const found = await daytona.get(created.id);
  if (found.state !== 'started') throw new Error(`it is ${found.state}`);
  await daytona.delete(found);
}

for await (const line of createInterface({ input: process.stdin })) {
  const [wall, cpu] = [performance.now(), process.cpuUsage()];
  for (let left = Number(line); left > 0; left -= 1) {
    await cycle(`${process.pid}-${done}`);
    done += 1;
  }
  const used = process.cpuUsage(cpu);
  console.log(JSON.stringify({ wall: (performance.now() - wall) / 1e3, cpu: (used.user + used.system) / 1e6 }));
}
// The SDK keeps timers of its own.
process.exit(0);
