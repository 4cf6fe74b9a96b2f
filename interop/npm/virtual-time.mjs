// Time that passes only while everybody waits for it: a back-off of a minute costs nothing, and two runs are the same.

const immediate = globalThis.setImmediate;
const timers = new Map();
let now = 1_000;
let busy = 0;
let last = 0;

/** Puts the clock and the timers of this process under the rule of `quietly`. */
export function virtual() {
  performance.now = () => now;
  globalThis.setTimeout = (act, ms = 0) => {
    last += 1;
    timers.set(last, { act, when: now + Math.max(ms, 0), number: last });
    return last;
  };
  globalThis.clearTimeout = (number) => timers.delete(number);
}

/** Fetch as it is, but for time, which stands still until the whole reply is there. */
export const fetching = (fetch) => async (input, init) => {
  busy += 1;
  try {
    const response = await fetch(input, { ...init, signal: undefined });
    const { status, headers } = response;
    const bytes = await response.arrayBuffer().catch((error) => new ReadableStream({ start: (stream) => stream.error(error) }));
    return new Response([204, 304].includes(status) ? null : bytes, { status, headers });
  } finally {
    busy -= 1;
  }
};

/** Waits for a promise, and lets time pass to the next timer whenever nothing else happens. */
export async function quietly(promise) {
  let settled = false;
  const end = () => (settled = true);
  promise.then(end, end);
  let quiet = 0;
  while (!settled) {
    await new Promise((resolve) => immediate(resolve));
    quiet = busy > 0 ? 0 : quiet + 1;
    if (settled || quiet < 4 || timers.size === 0) continue;
    const next = [...timers.values()].reduce((one, other) => (other.when < one.when || (other.when === one.when && other.number < one.number) ? other : one));
    timers.delete(next.number);
    now = Math.max(now, next.when);
    quiet = 0;
    next.act();
  }
  return promise;
}
