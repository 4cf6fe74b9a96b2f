// The same for a program that requires the package, as older libraries do: it gets the modules that edge engines can load.

import * as imported from 'daytona-sandbox-provider';

import worker from './worker.mjs';

const required = require('daytona-sandbox-provider');

export default {
  async test(controller, environment) {
    if (required.DaytonaSandboxProvider !== imported.DaytonaSandboxProvider) throw new Error('it is another copy that is required');
    await worker.test(controller, environment);
  },
};
