// A session in the edge runtime of Vercel: a virtual machine that compiles nothing at run time and gets its module from outside,
// from another realm. It runs scripts, in which a module that was left out of the bundle is asked for by `require`. Arguments:
// the bundle, the core module.

import { readFileSync } from 'node:fs';

import { EdgeRuntime } from 'edge-runtime';

const [bundle, core] = process.argv.slice(2);
const { FAKE_DAYTONA_URL, FAKE_DAYTONA_KEY, MODES } = process.env;
const module = await WebAssembly.compile(readFileSync(core));

const runtime = new EdgeRuntime({
  codeGeneration: { strings: false, wasm: false },
  extend: (context) => Object.assign(context, { require: () => module }),
});
runtime.evaluate(readFileSync(bundle, 'utf8'));
await runtime.evaluate(`worker.default.test(null, ${JSON.stringify({ FAKE_DAYTONA_URL, FAKE_DAYTONA_KEY, MODES })})`);
process.exit(0);
