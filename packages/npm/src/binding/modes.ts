// The two ways to run a component that waits, and which of them this engine has.

import type { Engine, Mode } from './engine.ts';
import { importsOf } from './imports.ts';
import { Suspending } from './jspi.ts';
import { Replaying } from './replay.ts';

/** Whether this engine can suspend WebAssembly: JavaScript Promise Integration. */
export const canSuspend = (): boolean =>
  typeof WebAssembly === 'object' &&
  typeof (WebAssembly as any).Suspending === 'function' && typeof (WebAssembly as any).promising === 'function';

export function engineFor(mode: Mode, module: WebAssembly.Module): Engine {
  const imported = importsOf(module);
  return mode === 'jspi' ? new Suspending(module, imported) : new Replaying(module, imported);
}
