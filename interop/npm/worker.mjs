// A session in an edge engine, Cloudflare's or Vercel's, where WebAssembly arrives compiled and nothing is read from a disk.

import { DaytonaSandboxProvider, SandboxError } from 'daytona-sandbox-provider';

export default {
  async test(_controller, { FAKE_DAYTONA_URL: apiUrl, FAKE_DAYTONA_KEY: secret, MODES = 'auto jspi replay' }) {
    for (const mode of MODES.split(' ')) {
      const provider = new DaytonaSandboxProvider({ poolId: 'pool-1', config: { image: 'ghcr.io/acme/worker:1', diskGB: 8 }, credential: { secret, apiUrl }, mode });
      const handle = await provider.provision({ sessionId: `worker-${mode}`, env: { A: '1' } });
      let state;
      for (let turn = 0; turn < 100 && state?.status !== 'running'; turn += 1) state = await provider.status(handle);
      if (state.status !== 'running') throw new Error(`${mode}: ${JSON.stringify(state)}`);
      const found = await provider.locate(`worker-${mode}`);
      if (found?.externalId !== handle.externalId) throw new Error(`${mode}: not located`);
      const error = await provider.provision({ sessionId: 's', resources: { vCpu: 0.5 } }).catch((thrown) => thrown);
      if (!(error instanceof SandboxError)) throw new Error(`${mode}: ${error}`);
      await provider.terminate(handle);
      await provider.close();
      console.log(`ok a session in mode ${mode} (${provider.mode})`);
    }
  },
};
