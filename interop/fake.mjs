// The server's own side: what it is told, and what it says really happened.

const variable = (name) => globalThis.process?.env?.[name];

export const URL = variable('FAKE_DAYTONA_URL');
export const KEY = variable('FAKE_DAYTONA_KEY');
// The oldest servers run registered images only.
export const IMAGE = variable('IMAGE') ?? 'ghcr.io/acme/worker:1';
export const MODE = variable('MODE') ?? 'auto';

/** A call of `/__fake`, which needs no key. */
export async function ask(method, path, body, url = URL) {
  const answer = await fetch(`${url.replace(/\/api$/, '')}/__fake/${path}`, {
    method,
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
  return answer.json();
}

/** One line per statement; the first that does not hold ends the program. */
export function check(name, passed, seen) {
  if (!passed) {
    console.error(`FAILED ${name}:`, seen);
    process.exit(1);
  }
  console.log(`ok ${name}`);
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks until something holds, four seconds at most. */
export async function until(holds) {
  for (let turn = 0; turn < 200; turn += 1) {
    if (await holds()) return true;
    await pause(20);
  }
  return false;
}
