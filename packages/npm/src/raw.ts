// The contract as it is: every function with the context of its call.

import { Binding, type PassedContext } from './binding/binding.ts';
import type { Call } from './binding/abi.ts';
import type { Mode } from './binding/engine.ts';
import { checkedValues } from './check/values.ts';
import { interfaces } from './generated/contract.ts';
import type { RawInterfaces } from './generated/types.ts';
import { checkCallOptions, checkOptions, type BindingOptions, type RawOptions } from './options.ts';

export { SandboxError, type InputProblem } from './errors.ts';
export type * from './generated/types.ts';
export type { Fetch, FetchBody, FetchHeaders, FetchInit, FetchReader, FetchReply } from './wasi/fetch.ts';
export type { BindingOptions, ModeOption, ProviderEvent, RawOptions } from './options.ts';

/** The component with its interfaces. */
export interface RawProvider extends RawInterfaces {
  /** How calls wait on this engine. */
  readonly mode: Mode;
  /** Ends the calls that run and refuses new ones. */
  close(): Promise<void>;
}

/** Makes the component ready. Nothing is compiled before the first call. Each function has the names of its parameters as
 * `parameters`, for programs that have values by name. */
export function createRawProvider(options: BindingOptions = {}): RawProvider {
  checkOptions(options, true);
  const binding = new Binding(options);
  const groups = Object.entries(interfaces).map(([group, functions]) => {
    const bound = Object.entries(functions as Record<string, Call>).map(([name, declared]) => {
      const act = async (...given: unknown[]) => {
        const count = declared.params.length;
        const callOptions = given[count] as RawOptions | undefined;
        checkCallOptions(callOptions, true);
        const values = checkedValues(declared.params, given, given.length > count + 1);
        if (declared.params[0]?.[0] !== 'context') return binding.callLocal(declared, values, true);
        const { deadlineMs } = values[0] as PassedContext;
        return binding.call(declared, name, () => values, { signal: callOptions?.signal, deadlineMs, raw: true });
      };
      return [name, Object.assign(act, { parameters: declared.params.map(([param]) => param) })];
    });
    return [group, Object.fromEntries(bound)];
  });
  return Object.assign(Object.fromEntries(groups), { mode: binding.mode, close: () => binding.close() }) as RawProvider;
}
