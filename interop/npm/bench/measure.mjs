// What every client of the bench does: create, get, delete as often as it is told, and many creates at once.

import { createInterface } from 'node:readline';

export const { FAKE_DAYTONA_URL: URL, FAKE_DAYTONA_KEY: KEY } = process.env;
export const SNAPSHOT = 'ubuntu:22.04';
export const ENV = { AGENT_TOKEN: '0123456789abcdef', AGENT_URL: 'https://platform.example' };

/** `create` takes a name and returns what `get` and `remove` take. */
export async function client({ create, get, remove }) {
  let made = 0;
  const name = () => `${process.pid}-${(made += 1)}`;
  const work = {
    async cycles(count) {
      for (let left = count; left > 0; left -= 1) {
        const sandbox = await create(name());
        await get(sandbox);
        await remove(sandbox);
      }
    },
    async first() {
      await create(name());
    },
    async burst(count) {
      await Promise.all(Array.from({ length: count }, () => create(name())));
    },
  };
  for await (const line of createInterface({ input: process.stdin })) {
    const [what, count] = line.split(' ');
    let [late, running] = [0, true];
    const watch = (async () => {
      while (running && what === 'burst') {
        const start = performance.now();
        await new Promise((resolve) => setTimeout(resolve, 5));
        late = Math.max(late, performance.now() - start - 5);
      }
    })();
    // The timer is set before the work begins, or it would not see a loop that is blocked from the start.
    if (what === 'burst') await new Promise((resolve) => setTimeout(resolve, 1));
    const [wall, cpu] = [performance.now(), process.cpuUsage()];
    await work[what](Number(count));
    const used = process.cpuUsage(cpu);
    const took = performance.now() - wall;
    running = false;
    await watch;
    console.log(JSON.stringify({ wall: took, cpu: (used.user + used.system) / 1e3, late }));
  }
  process.exit(0);
}
