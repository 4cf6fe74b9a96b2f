// Time that passes only while everybody waits for it: a back-off of a minute costs nothing, and two runs are the same.

const immediate = globalThis.setImmediate;
const timers = new Set();
let now = 1_000;
let busy = 0;
let last = 0;

/** Puts the clock and the timers of this process under the rule of `quietly`. */
export function virtual() {
  performance.now = () => now;
  globalThis.setTimeout = (act, ms = 0, ...values) => new Timer(() => act(...values), Math.max(ms, 0));
  globalThis.clearTimeout = (timer) => timers.delete(timer);
}

/** A timer with what Node's own have, because its fetch uses them. */
class Timer {
  constructor(act, ms) {
    Object.assign(this, { act, ms });
    this.refresh();
  }

  refresh() {
    last += 1;
    Object.assign(this, { when: now + this.ms, number: last });
    timers.add(this);
    return this;
  }

  unref() {
    return this;
  }

  ref() {
    return this;
  }
}

/** Fetch as it is, but for time, which stands still until the whole reply is there, and for faults on the way: `strike` says
 * what befalls the next request. */
export const fetching = (fetch, strike) => async (input, init) => {
  const fault = strike();
  busy += 1;
  try {
    const before = BEFORE[fault];
    if (before !== undefined) return before();
    const response = await fetch(input, { ...init, signal: undefined });
    const { status, headers } = response;
    const bytes = await response.arrayBuffer();
    const after = AFTER[fault];
    if (after !== undefined) return after(bytes, { status, headers });
    return new Response([204, 304].includes(status) ? null : bytes, { status, headers });
  } finally {
    busy -= 1;
  }
};

const lost = (code) => Object.assign(new TypeError('fetch failed'), { cause: Object.assign(new Error(code), { code }) });

/** What Daytona, a gateway or nobody answers before the server hears of the request. */
const BEFORE = {
  refused: () => Promise.reject(lost('ECONNREFUSED')),
  reset: () => Promise.reject(lost('ECONNRESET')),
  throttled: () => Response.json({ statusCode: 429, message: 'ThrottlerException: Too Many Requests' }, { status: 429, headers: { 'retry-after': '2' } }),
  gateway: () => new Response('<html>502 Bad Gateway</html>', { status: 502, headers: { 'content-type': 'text/html' } }),
  page: () => new Response('<html>a login</html>', { status: 200, headers: { 'content-type': 'text/html' } }),
};

/** What becomes of an answer. */
const AFTER = {
  'reset-after': () => Promise.reject(lost('ECONNRESET')),
  'gateway-after': () => new Response('<html>504 Gateway Timeout</html>', { status: 504, headers: { 'content-type': 'text/html' } }),
  truncated: (bytes, init) => new Response(bytes.slice(0, bytes.byteLength / 2), { status: init.status, headers: { 'content-type': 'application/json' } }),
  cut: (bytes, init) =>
    new Response(
      new ReadableStream({
        start: (stream) => {
          stream.enqueue(new Uint8Array(bytes.slice(0, 10)));
          stream.error(lost('UND_ERR_SOCKET'));
        },
      }),
      { status: init.status === 204 ? 200 : init.status, headers: init.headers },
    ),
};

/** Every kind of fault. */
export const FAULTS = [...Object.keys(BEFORE), ...Object.keys(AFTER)];

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
    const next = [...timers].reduce((one, other) => (other.when < one.when || (other.when === one.when && other.number < one.number) ? other : one));
    timers.delete(next);
    now = Math.max(now, next.when);
    quiet = 0;
    next.act();
  }
  return promise;
}
