// Random calls with faults on the way, by suspension and by replay, each in a process and against a server of its own: the same
// comes of each call, and both servers hear exactly the same.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

import { check } from './fake.mjs';

const { FAKE_DAYTONA, CALLS = '10000', SEED = '1' } = process.env;

async function lines(mode) {
  const server = spawn(FAKE_DAYTONA, ['--listen', '127.0.0.1:0', '--instant', '--unlimited', '--fresh-lookups', '--api-version', '0.205'], { stdio: ['ignore', 'pipe', 'inherit'] });
  process.once('exit', () => server.kill());
  const said = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
  const url = (await said.next()).value.slice('url '.length);
  const key = (await said.next()).value.slice('key '.length);
  const env = { ...process.env, FAKE_DAYTONA_URL: url, FAKE_DAYTONA_KEY: key, MODE: mode, CALLS, SEED };
  const child = spawn(process.execPath, ['calls.mjs'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const heard = [];
  for await (const line of createInterface({ input: child.stdout })) heard.push(line);
  const code = child.exitCode ?? (await new Promise((resolve) => child.once('exit', resolve)));
  server.kill();
  check(`${mode}: ${heard.length} lines`, code === 0 && heard.length > Number(CALLS), code);
  return heard;
}

const [jspi, replay] = await Promise.all([lines('jspi'), lines('replay')]);
const differs = jspi.findIndex((line, at) => line !== replay[at]);
const around = (all) => all.slice(Math.max(differs - 2, 0), differs + 3);
check('the same of each call, and the same requests', differs < 0 && jspi.length === replay.length, [around(jspi), around(replay)]);
const requests = jspi.filter((line) => /^[A-Z]+ \//.test(line));
const struck = Number(jspi.at(-1).slice('struck '.length));
check(`${CALLS} calls; ${requests.length} requests were heard, ${struck} met a fault on the way`, struck > requests.length / 50, struck);
