// The same requests with nothing but fetch.

import { ENV, KEY, SNAPSHOT, URL, client } from './measure.mjs';

async function ask(method, path, body) {
  const headers = { authorization: `Bearer ${KEY}`, accept: 'application/json', ...(body && { 'content-type': 'application/json' }) };
  const answer = await fetch(`${URL}${path}`, { method, headers, body: body && JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status}`);
  return answer.json();
}

await client({
  create: (name) => ask('POST', '/sandbox', { name, snapshot: SNAPSHOT, env: ENV, labels: { team: 'a' }, autoStopInterval: 30 }),
  get: async ({ id }) => {
    const { state } = await ask('GET', `/sandbox/${id}`);
    if (state !== 'started') throw new Error(`it is ${state}`);
  },
  remove: ({ id }) => ask('DELETE', `/sandbox/${id}`),
});
