// What runs calls of a component that waits, in an engine that must not be blocked.

import type { Invocation } from '../wasi/invocation.ts';
import type { Call } from './abi.ts';

/** How a call waits: the engine suspends it, or it runs again with what it was answered before. */
export type Mode = 'jspi' | 'replay';

/** Runs calls of one component. */
export interface Engine {
  readonly mode: Mode;
  /** Calls a function that may wait. */
  run(declared: Call, values: readonly unknown[], invocation: Invocation): Promise<unknown>;
  /** How many instances are kept for later calls. */
  readonly idle: number;
}
