// Many provisions at once while each request takes 300 ms: they wait together, and the event loop is free meanwhile.

import { DaytonaSandboxProvider } from 'daytona-sandbox-provider';

import { KEY, MODE, URL, ask, check } from './fake.mjs';

const DELAY_MS = 300;

/** How late a timer of 5 ms was at most while something ran, in milliseconds. */
async function lateness(act) {
  let most = 0;
  let running = true;
  const watch = (async () => {
    while (running) {
      const start = performance.now();
      await new Promise((resolve) => setTimeout(resolve, 5));
      most = Math.max(most, performance.now() - start - 5);
    }
  })();
  const start = performance.now();
  const result = await act();
  const wall = performance.now() - start;
  running = false;
  await watch;
  return { result, wall, late: most };
}

const provider = new DaytonaSandboxProvider({ poolId: 'pool-1', config: { snapshot: 'ubuntu:22.04' }, credential: { secret: KEY, apiUrl: URL }, mode: MODE });
await provider.warm();
await ask('POST', 'replies', { delayMillis: DELAY_MS });

for (const count of [50, 500]) {
  const sessions = Array.from({ length: count }, (_, index) => `at-once-${count}-${index}`);
  const { result, wall, late } = await lateness(() => Promise.all(sessions.map((sessionId) => provider.provision({ sessionId }))));
  console.log(`${provider.mode}: ${count} at once took ${wall.toFixed(0)} ms; the event loop was late by ${late.toFixed(0)} ms at most`);
  check(`${count} sandboxes`, new Set(result.map(({ externalId }) => externalId)).size === count);
  // Bounds that hold on a busy machine as well. One after the other they would take at least this long, with the loop blocked.
  const alone = DELAY_MS * count;
  check(`${count} waited together`, wall < alone / 2, wall);
  check(`the event loop was free with ${count}`, late < alone / 4, late);
}
const { by_route: routes } = await ask('GET', 'summary');
check('one request each', routes['POST /sandbox'] === 550, routes);
process.exit(0);
