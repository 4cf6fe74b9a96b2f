// The official TypeScript SDK against the server, which it takes for a Daytona.

import {
  Daytona,
  DaytonaAuthenticationError,
  DaytonaAuthorizationError,
  DaytonaConflictError,
  DaytonaNotFoundError,
  DaytonaRateLimitError,
  DaytonaValidationError,
} from '@daytonaio/sdk';

import { KEY, URL, ask, check, until } from './fake.mjs';

const client = (apiKey = KEY) => new Daytona({ apiKey, apiUrl: URL });

async function all(list) {
  const found = [];
  for await (const sandbox of list) found.push(sandbox.name);
  return found.sort();
}

/** Whether exactly this class of error comes with exactly this status and a text. */
async function refuses(name, kind, status, text, act) {
  try {
    await act();
  } catch (error) {
    const right = error.constructor === kind && error.statusCode === status && error.message.includes(text);
    return check(name, right, error);
  }
  return check(name, false, 'nothing was thrown');
}

async function lifeOfASandbox(daytona) {
  const sandbox = await daytona.create({ name: 'ts-snapshot', labels: { team: 'ts' }, envVars: { A: '1' } });
  check('create from a snapshot', sandbox.state === 'started' && sandbox.snapshot === 'ubuntu:22.04', sandbox.state);
  const built = await daytona.create({
    name: 'ts-image',
    image: 'ghcr.io/acme/worker:1',
    labels: { team: 'ts' },
    resources: { cpu: 2, memory: 4, disk: 8 },
  });
  check('create from an image', built.state === 'started' && built.cpu === 2 && built.disk === 8, built.state);
  const walked = (await ask('GET', `sandboxes/${built.id}`)).history.map((moment) => moment.state);
  check('an image is built', walked.join() === 'pending_build,building_snapshot,creating,started', walked);

  check('get by id', (await daytona.get(sandbox.id)).name === 'ts-snapshot');
  check('get by name', (await daytona.get('ts-snapshot')).id === sandbox.id);
  const listed = await all(daytona.list({ labels: { team: 'ts' }, limit: 1 }));
  check('list by labels, page by page', listed.join() === 'ts-image,ts-snapshot', listed);
  check('list by other labels', (await all(daytona.list({ labels: { team: 'none' } }))).length === 0);

  await sandbox.setLabels({ team: 'ts', stage: 'two' });
  check('set labels', (await daytona.get(sandbox.id)).labels.stage === 'two');
  await sandbox.setAutostopInterval(60);
  await sandbox.setAutoArchiveInterval(120);
  await sandbox.setAutoDeleteInterval(240);
  const again = await daytona.get(sandbox.id);
  const intervals = [again.autoStopInterval, again.autoArchiveInterval, again.autoDeleteInterval];
  check('set intervals', intervals.join() === '60,120,240', intervals);
  await ask('POST', 'clock', { skipSeconds: 30 });
  await sandbox.refreshActivity();
  await ask('POST', 'clock', { skipSeconds: 30 });
  check('refresh the last activity', (await daytona.get(sandbox.id)).lastActivityAt !== again.lastActivityAt);

  const answer = await sandbox.process.executeCommand('true');
  check('execute a command', answer.exitCode === 0, answer);
  check('a preview link', Boolean((await sandbox.getPreviewLink(3000)).token));

  await sandbox.stop();
  check('stop and wait', sandbox.state === 'stopped', sandbox.state);
  await sandbox.start();
  check('start and wait', sandbox.state === 'started', sandbox.state);
  await sandbox.stop();
  await sandbox.archive();
  const becomes = (state) =>
    until(async () => {
      await sandbox.refreshData();
      return sandbox.state === state;
    });
  check('archive', await becomes('archived'), sandbox.state);
  await sandbox.start();
  check('start from the archive', await becomes('started'), sandbox.state);
  await daytona.delete(sandbox);
  await daytona.delete(built);
  check('delete', await until(async () => (await ask('GET', 'summary')).alive === 0));
}

async function processes(daytona) {
  const sandbox = await daytona.create({ name: 'ts-processes' });
  const { process } = sandbox;
  const answer = await process.executeCommand('echo hello', undefined, undefined, 10);
  check('the output of a command', answer.exitCode === 0 && answer.result === 'hello\n', answer);
  check('the exit code of a command', (await process.executeCommand('false')).exitCode === 1);

  await process.createSession('work');
  const twice = 'session already exists';
  await refuses('a session twice is 409', DaytonaConflictError, 409, twice, () => process.createSession('work'));
  const done = await process.executeSessionCommand('work', { command: 'echo hi' });
  check('a command of a session', done.exitCode === 0 && done.stdout === 'hi\n' && done.stderr === '', done);
  const waits = await process.executeSessionCommand('work', { command: 'sleep 600', runAsync: true });
  const running = await process.getSessionCommand('work', waits.cmdId);
  check('one in the background runs', running.exitCode === undefined, running);
  const logs = await process.getSessionCommandLogs('work', done.cmdId);
  check('the log of a command', logs.stdout === 'hi\n' && logs.stderr === '', logs);
  const ids = (await process.getSession('work')).commands.map((command) => command.id);
  check('a session', ids.join() === [done.cmdId, waits.cmdId].join(), ids);
  const names = (await process.listSessions()).map((session) => session.sessionId);
  check('all sessions', names.join() === 'work', names);
  check("the launch command's session", (await process.getEntrypointSession()).sessionId === 'entrypoint');
  check("the launch command's log", (await process.getEntrypointLogs()).output === '');
  await process.deleteSession('work');
  const gone = () => process.getSession('work');
  await refuses('a deleted session is 404', DaytonaNotFoundError, 404, 'session not found', gone);
  await daytona.delete(sandbox);
}

async function snapshots(daytona) {
  const made = await daytona.snapshot.create({ name: 'ts-made', image: 'ghcr.io/acme/worker:1' });
  check('register a snapshot', made.state === 'active' && made.imageName === 'ghcr.io/acme/worker:1', made);
  check('get a snapshot', (await daytona.snapshot.get('ts-made')).id === made.id);
  const listed = (await daytona.snapshot.list()).items.map((item) => item.name);
  check('list snapshots', listed.includes('ts-made'), listed);
  const sandbox = await daytona.create({ name: 'ts-base', snapshot: 'ts-made' });
  await sandbox._experimental_createSnapshot('ts-captured');
  const captured = await daytona.snapshot.get('ts-captured');
  check('capture a sandbox', captured.state === 'active' && !captured.entrypoint?.length, captured);
  const heir = await daytona.create({ name: 'ts-heir', snapshot: 'ts-captured' });
  check('create from what was captured', heir.state === 'started' && heir.snapshot === 'ts-captured', heir.state);
  await daytona.snapshot.delete(captured);
  for (const dead of [sandbox, heir]) await daytona.delete(dead);
}

async function errors(daytona) {
  await refuses('401', DaytonaAuthenticationError, 401, '', () => client('dtn_wrong').get('x'));
  await ask('POST', 'keys', { key: 'dtn_reader', scopes: [] });
  await refuses('403', DaytonaAuthorizationError, 403, '', () => client('dtn_reader').create());
  await refuses('404', DaytonaNotFoundError, 404, 'nobody', () => daytona.get('nobody'));
  const sandbox = await daytona.create({ name: 'ts-taken' });
  await refuses('409', DaytonaConflictError, 409, 'already exists', () => daytona.create({ name: 'ts-taken' }));
  await ask('POST', 'faults', { faults: ['too-many-requests'], method: 'POST', path: '/sandbox', times: 1 });
  await refuses('429', DaytonaRateLimitError, 429, '', () => daytona.create());
  const big = { image: 'alpine:3.20', resources: { disk: 99 } };
  const size = 'exceeds maximum allowed per sandbox';
  await refuses('too big is 400', DaytonaValidationError, 400, size, () => daytona.create(big));
  const crowd = { image: 'alpine:3.20', resources: { cpu: 4 } };
  const crowded = [await daytona.create(crowd), await daytona.create(crowd)];
  const total = 'Total CPU limit exceeded';
  await refuses('an exhausted quota is 400', DaytonaValidationError, 400, total, () => daytona.create(crowd));
  await ask('POST', 'next-start', { fails: 'no such image' });
  await refuses('a failed start is 400', DaytonaValidationError, 400, 'no such image', () => daytona.create());
  for (const dead of [sandbox, ...crowded]) await daytona.delete(dead);
}

const daytona = client();
await lifeOfASandbox(daytona);
await processes(daytona);
await snapshots(daytona);
await errors(daytona);
process.exit(0);
