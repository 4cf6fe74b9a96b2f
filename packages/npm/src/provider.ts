/// <reference lib="esnext.disposable" preserve="true" />
// The provider: the contract's functions as methods, each in the context of one pool.

import { Binding, type PassedContext } from './binding/binding.ts';
import type { Call } from './binding/abi.ts';
import type { Mode } from './binding/engine.ts';
import { kindOf } from './check/kind.ts';
import { Problems } from './check/problems.ts';
import { refuse } from './check/refuse.ts';
import { read } from './check/read.ts';
import { readCall, type Params } from './check/call.ts';
import { SandboxError } from './errors.ts';
import { flat, type FlatCapabilities } from './forms/flat.ts';
import { credential as credentialType, interfaces } from './generated/contract.ts';
import { PROVIDER_ID, aHandle } from './handle.ts';
import type { Functions, Interfaces } from './generated/functions.ts';
import type { Credential, Descriptor } from './generated/types.ts';
import { CALL_OPTIONS, readOptions, type GivenCallOptions, type GivenOptions } from './given.ts';
import type { CredentialSource, ProviderOptions } from './options.ts';
import { spelledFor } from './spelling.ts';
import type { Course } from './wasi/wait.ts';

/** Sandboxes of one pool on Daytona. Every function of the contract is a method, and once more in the group of its interface,
 * because two interfaces may have the same name for something: `provider.list()` is `provider.inventory.list()`. */
export interface DaytonaSandboxProvider extends Functions, Interfaces {
  /** The id of its handles. */
  readonly id: typeof PROVIDER_ID;
  readonly displayName: string;
  /** How calls wait on this engine. */
  readonly mode: Mode;
  /** The flags that the router matches sessions against. The component is compiled for them unless it was before. */
  readonly capabilities: FlatCapabilities;
  /** The version of the provider. */
  readonly version: string;
  /** Compiles the component now, so that the first call need not. */
  warm(): Promise<void>;
  /** Ends the calls that run and refuses new ones. Resolves once the last one has ended. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Makes providers. Throws a `SandboxError` with the code `invalid-config` for options that are wrong. */
export interface DaytonaSandboxProviderConstructor {
  new (options: ProviderOptions): DaytonaSandboxProvider;
  readonly prototype: DaytonaSandboxProvider;
}

/** Sandboxes of one pool on Daytona. */
// Made by a function, so that bundlers can leave it out with the component where a program uses neither.
export const DaytonaSandboxProvider: DaytonaSandboxProviderConstructor = /* @__PURE__ */ providerClass();

function providerClass(): DaytonaSandboxProviderConstructor {
  class Provider {
    readonly id = PROVIDER_ID;
    readonly displayName = 'Daytona';

    constructor(options: ProviderOptions) {
      const given = readOptions(options);
      const binding = new Binding(given);
      Object.defineProperty(this, BINDING, { value: binding });
      for (const [group, functions] of Object.entries(interfaces)) {
        const bound = Object.entries(functions as Record<string, Call>).map(([name, declared]) => {
          const told = isMethod(group, name) ? name : `${group}.${name}`;
          const params: Params = [...declared.params.filter(([param]) => param !== 'context').map(withHandle), ['options', CALL_OPTIONS]];
          return [name, (...passed: unknown[]) => call(binding, given, declared, told, params, passed)];
        });
        Object.defineProperty(this, group, { value: Object.freeze(Object.fromEntries(bound)), enumerable: true });
      }
    }

    get mode(): Mode {
      return bindingOf(this, 'mode').mode;
    }

    get capabilities(): FlatCapabilities {
      return flat(descriptorOf(bindingOf(this, 'capabilities')).capabilities);
    }

    get version(): string {
      return descriptorOf(bindingOf(this, 'version')).version;
    }

    async warm(): Promise<void> {
      await bindingOf(this, 'warm').warm();
    }

    async close(): Promise<void> {
      await bindingOf(this, 'close').close();
    }

    async [Symbol.asyncDispose](): Promise<void> {
      await this.close();
    }
  }
  for (const [group, functions] of Object.entries(interfaces)) {
    for (const name of Object.keys(functions).filter((name) => isMethod(group, name))) {
      Object.defineProperty(Provider.prototype, name, {
        configurable: true,
        writable: true,
        async value(this: Record<string, Record<string, (...given: unknown[]) => unknown>>, ...given: unknown[]) {
          bindingOf(this, name, `write provider.${name}(…), or take it from its group: const { ${name} } = provider.${group}`);
          return this[group]![name]!(...given);
        },
      });
    }
  }
  Object.defineProperty(Provider, 'name', { value: 'DaytonaSandboxProvider' });
  return Provider as unknown as DaytonaSandboxProviderConstructor;
}

/** Where a provider has its binding. Not a private field: whoever wraps a provider in a proxy can call it all the same. */
const BINDING = /* @__PURE__ */ Symbol('binding');

function bindingOf(provider: unknown, name: string, remedy = `write provider.${name}`): Binding {
  const binding = (provider as { [BINDING]?: Binding } | null | undefined)?.[BINDING];
  if (binding !== undefined) return binding;
  const message = `${name} was used without its provider; ${remedy}.`;
  throw new SandboxError('invalid-spec', message, { details: { rule: 'detached', path: name } });
}

const descriptorOf = (binding: Binding): Descriptor => binding.callNow(interfaces.provider.describe, []) as Descriptor;

/** What a form's handles have beside their own fields is none of the component's business. */
const withHandle = ([name, type]: Params[number]): Params[number] => [name, name === 'handle' ? aHandle : type];

/** Whether a function of a group is a method of the provider: where two interfaces have the same name, the first one has it. */
function isMethod(group: string, name: string): boolean {
  return Object.entries(interfaces).find(([, functions]) => name in functions)?.[0] === group;
}

/** One call of a function. */
async function call(binding: Binding, provider: GivenOptions, declared: Call, name: string, params: Params, passed: readonly unknown[]): Promise<unknown> {
  const isConfig = declared.name.endsWith('#check-config');
  const values = binding.taken(name, () => readCall(params, isConfig ? [passed[0] ?? provider.config, ...passed.slice(1)] : passed));
  const options = values.pop() as GivenCallOptions;
  const { signal } = options;
  const deadlineMs = options.deadlineMs ?? provider.deadlineMs;
  const source = options.credential ?? provider.credential;
  const extensions = options.observe === true ? [...options.extensions, ['observe', 'true'] as const] : options.extensions;
  const spelled = spelledFor({
    config: options.config === '' ? 'config' : 'options.config',
    credential: options.credential === null ? 'credential' : 'options.credential',
    organizationId: options.organizationId === null ? 'organizationId' : 'options.organizationId',
    deadlineMs: options.deadlineMs === null ? 'deadlineMs' : 'options.deadlineMs',
  });
  if (values.length === declared.params.length) return binding.callLocal(declared, name, values, { signal, deadlineMs, spelled });
  const withContext = (credential: Credential | null): readonly unknown[] => {
    const context: PassedContext = {
      organizationId: options.organizationId ?? provider.organizationId,
      poolId: provider.poolId,
      config: options.config === '' ? provider.config : options.config,
      credential,
      deadlineMs,
      extensions,
    };
    return [context, ...values];
  };
  const complete = (course: Course): readonly unknown[] | Promise<readonly unknown[]> =>
    typeof source === 'function'
      ? fetched(source, course, options.credential === null ? 'credential' : 'options.credential').then(withContext)
      : withContext(source);
  return binding.call(declared, name, complete, { signal, deadlineMs, spelled });
}

/** The key of one call, from whoever has it. */
async function fetched(source: Exclude<CredentialSource, Credential | null>, course: Course, path: string): Promise<Credential | null> {
  const controller = new AbortController();
  const unwatch = course.watch(() => controller.abort(course.reason));
  let credential: Credential | null | undefined;
  try {
    credential = await source({ signal: controller.signal });
  } catch (cause) {
    if (cause instanceof SandboxError || course.reason !== null) throw cause;
    const message = `The credential callback failed with ${kindOf(cause)}. Nothing was sent.`;
    throw new SandboxError('unavailable', message, { cause, retryable: true, details: { rule: 'credential-callback' } });
  } finally {
    unwatch();
  }
  if (credential == null) return null;
  const problems = new Problems();
  const taken = read(credentialType, credential, path, problems) as Credential;
  refuse('invalid-config', problems);
  return taken;
}
