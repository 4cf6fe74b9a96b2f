// The contract as it is: every function with the context of its call.

import { Binding, type PassedContext } from './binding/binding.ts';
import type { Call } from './binding/abi.ts';
import type { Mode } from './binding/engine.ts';
import { readCall, type Params } from './check/call.ts';
import { interfaces } from './generated/contract.ts';
import type { RawInterfaces } from './generated/functions.ts';
import { RAW_CALL_OPTIONS, readRawOptions } from './given.ts';
import type { BindingOptions } from './options.ts';

export { SandboxError, type InputProblem } from './errors.ts';
export type * from './generated/functions.ts';
export type * from './generated/types.ts';
export type { Fetch, FetchBody, FetchHeaders, FetchInit, FetchReader, FetchReply } from './wasi/fetch.ts';
export type { BindingOptions, ModeOption, ProviderEvent, RawOptions } from './options.ts';

/** Functions that say what their parameters are called, for programs that have values by name. */
type WithParameters<Functions> = { readonly [Name in keyof Functions]: Functions[Name] & { readonly parameters: readonly string[] } };

/** The component with its interfaces. */
export type RawProvider = { readonly [Group in keyof RawInterfaces]: WithParameters<RawInterfaces[Group]> } & {
  /** How calls wait on this engine. */
  readonly mode: Mode;
  /** Ends the calls that run and refuses new ones. */
  close(): Promise<void>;
};

/** Makes the component ready. Nothing is compiled before the first call. Paths in errors of the component are those of the
 * contract: `spec.session-id`. */
export function createRawProvider(options?: BindingOptions): RawProvider {
  const binding = new Binding(readRawOptions(options));
  const groups = Object.entries(interfaces).map(([group, functions]) => {
    const bound = Object.entries(functions as Record<string, Call>).map(([name, declared]) => {
      const params: Params = [...declared.params, ['options', RAW_CALL_OPTIONS]];
      const parameters = Object.freeze(declared.params.map(([param]) => param));
      return [name, Object.assign((...given: unknown[]) => call(binding, declared, `${group}.${name}`, params, given), { parameters })];
    });
    return [group, Object.fromEntries(bound)];
  });
  return Object.assign(Object.fromEntries(groups), { mode: binding.mode, close: () => binding.close() }) as RawProvider;
}

async function call(binding: Binding, declared: Call, name: string, params: Params, given: readonly unknown[]): Promise<unknown> {
  const values = binding.taken(name, () => readCall(params, given));
  const { signal } = values.pop() as { signal: AbortSignal | null };
  const context = declared.params[0]?.[0] === 'context' ? (values[0] as PassedContext) : null;
  const settings = { signal, deadlineMs: context?.deadlineMs ?? null, spelled: null };
  if (context === null) return binding.callLocal(declared, name, values, settings);
  return binding.call(declared, name, () => values, settings);
}
