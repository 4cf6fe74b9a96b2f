// The flags as the platform takes them.

import type { Capabilities } from '../generated/types.ts';

/** Flags as the platform takes them: primitives and lists, nothing nested. */
export type FlatCapabilities = Omit<Capabilities, 'extensions'>;

/** Without what is nested, which the platform's validator refuses. */
export function flat(capabilities: Capabilities): FlatCapabilities {
  const { extensions: _, ...flags } = capabilities;
  return flags;
}
