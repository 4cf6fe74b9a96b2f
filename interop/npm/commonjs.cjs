// The package for programs of the older kind of modules: a session, and errors that are the same for both kinds.

const { DaytonaSandboxProvider, SandboxError } = require('daytona-sandbox-provider');

const { FAKE_DAYTONA_URL: apiUrl, FAKE_DAYTONA_KEY: secret, MODE: mode = 'auto', ALONE } = process.env;

function check(name, passed, seen) {
  if (!passed) {
    console.error(`FAILED ${name}:`, seen);
    process.exit(1);
  }
  console.log(`ok ${name}`);
}

async function main() {
  const provider = new DaytonaSandboxProvider({ poolId: 'pool-1', config: { image: 'ghcr.io/acme/worker:1', diskGB: 8 }, credential: { secret, apiUrl }, mode });
  const handle = await provider.provision({ sessionId: 'cjs' });
  check('provision', (await provider.status(handle)).status !== 'failed');
  check('terminate', ['requested', 'gone'].includes(await provider.terminate(handle)));
  const error = await provider.provision({}).catch((thrown) => thrown);
  check('an error of its own', error instanceof SandboxError && error instanceof Error, error);
  // A bundle has one copy only.
  if (ALONE) return;
  const other = await import('daytona-sandbox-provider');
  check('another copy', other.SandboxError !== SandboxError);
  check('an error of the other copy', error instanceof other.SandboxError, error);
  check('an error that is none', !(new Error('x') instanceof SandboxError) && !(null instanceof SandboxError));
  check('the wasm files', ['core.wasm', 'component.wasm'].every((name) => require('node:fs').statSync(require.resolve(`daytona-sandbox-provider/${name}`)).size > 100_000));
}

main().then(
  () => process.exit(0),
  (error) => check('no error', false, error),
);
