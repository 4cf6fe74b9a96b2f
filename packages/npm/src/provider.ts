// The provider: the contract's functions as methods, each in the context of one pool.

import { Binding, type PassedContext } from './binding/binding.ts';
import { credential as credentialType, interfaces } from './generated/contract.ts';
import { entriesOf, json, type Call } from './binding/abi.ts';
import type { Mode } from './binding/engine.ts';
import { refuse } from './check/refuse.ts';
import { copied } from './check/copied.ts';
import { checkedValues } from './check/values.ts';
import { check, kindOf, type Problem } from './check/walk.ts';
import { SandboxError } from './errors.ts';
import { flat, type FlatCapabilities } from './forms/flat.ts';
import { PROVIDER_ID } from './handle.ts';
import type { ConfigInput, Credential, Descriptor, Functions, Interfaces } from './generated/types.ts';
import type { Course } from './wasi/wait.ts';
import { checkCallOptions, checkOptions, type CallOptions, type CredentialSource, type ProviderOptions } from './options.ts';

/** Every function of the contract is a method, and once more in the group of its interface, because two interfaces may
 * have the same name for something: `provider.list()` is `provider.inventory.list()`. */
export interface DaytonaSandboxProvider extends Functions, Interfaces {}

/** Sandboxes of one pool on Daytona. */
export class DaytonaSandboxProvider {
  /** The id of its handles. */
  readonly id = PROVIDER_ID;
  readonly displayName = 'Daytona';
  readonly #binding: Binding;
  readonly #options: ProviderOptions;
  readonly #config: string;

  constructor(options: ProviderOptions) {
    checkOptions(options, false);
    this.#config = configText(options.config, 'config');
    const problems: Problem[] = [];
    if (options.credential != null && typeof options.credential !== 'function') {
      check(credentialType, options.credential, 'credential', problems);
    }
    refuse('invalid-config', problems);
    this.#options = { ...options };
    this.#binding = new Binding(this.#options);
    for (const [group, functions] of Object.entries(interfaces)) {
      const bound = Object.entries(functions as Record<string, Call>).map(([name, declared]) => {
        const own = declared.params.filter(([param]) => param !== 'context');
        return [name, (...given: unknown[]) => this.#call(name, declared, own, given)];
      });
      Object.defineProperty(this, group, { value: Object.freeze(Object.fromEntries(bound)), enumerable: true });
    }
  }

  /** How calls wait on this engine. */
  get mode(): Mode {
    return this.#binding.mode;
  }

  /** The flags that the router matches sessions against. The component is compiled for them unless it was before. */
  get capabilities(): FlatCapabilities {
    return flat(this.#descriptor().capabilities);
  }

  /** The version of the provider. */
  get version(): string {
    return this.#descriptor().version;
  }

  /** Compiles the component now, so that the first call need not. */
  warm(): Promise<void> {
    return this.#binding.warm();
  }

  /** Ends the calls that run and refuses new ones. Resolves once the last one has ended. */
  close(): Promise<void> {
    return this.#binding.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #descriptor(): Descriptor {
    return this.#binding.callNow(interfaces.provider.describe, [], false) as Descriptor;
  }

  async #call(name: string, declared: Call, own: Call['params'], given: readonly unknown[]): Promise<unknown> {
    const options = given[own.length] as CallOptions | undefined;
    checkCallOptions(options, false);
    const values = checkedValues(own, name === 'checkConfig' ? [given[0] ?? this.#config] : given, given.length > own.length + 1);
    if (own.length === declared.params.length) return this.#binding.callLocal(declared, values, false);
    const config = options?.config == null ? this.#config : configText(options.config, 'options.config');
    const deadlineMs = options?.deadlineMs ?? this.#options.deadlineMs;
    const limited = deadlineMs != null && deadlineMs !== 0;
    const start = limited ? performance.now() : 0;
    const withContext = (credential: Credential | null): readonly unknown[] => {
      const extensions = [...entriesOf(options?.extensions)];
      if (options?.observe === true) extensions.push(['observe', 'true']);
      // What the key took to come is part of the call's time.
      const left = limited ? Math.max(1, Math.ceil(deadlineMs - (performance.now() - start))) : deadlineMs;
      const context: PassedContext = {
        organizationId: options?.organizationId ?? this.#options.organizationId ?? null,
        poolId: this.#options.poolId,
        config,
        credential,
        deadlineMs: left ?? null,
        extensions,
      };
      return [context, ...values];
    };
    const source = options?.credential ?? this.#options.credential;
    const complete = (course: Course): readonly unknown[] | Promise<readonly unknown[]> =>
      typeof source === 'function' ? fetched(source, course).then(withContext) : withContext(checked(source, options?.credential == null ? 'credential' : 'options.credential'));
    return this.#binding.call(declared, name, complete, { signal: options?.signal, deadlineMs, raw: false });
  }
}

/** Every function under its own name. Where two interfaces have the same, the first one has it. */
for (const [group, functions] of Object.entries(interfaces)) {
  for (const name of Object.keys(functions)) {
    if (name in DaytonaSandboxProvider.prototype) continue;
    Object.defineProperty(DaytonaSandboxProvider.prototype, name, {
      configurable: true,
      writable: true,
      value(this: Record<string, Record<string, (...given: unknown[]) => unknown>>, ...given: unknown[]) {
        if (this instanceof DaytonaSandboxProvider) return this[group]![name]!(...given);
        const message = `${name} was called without its provider. Write provider.${name}(…), or take it from its group: const { ${name} } = provider.${group}.`;
        return Promise.reject(new SandboxError('invalid-spec', message, { details: { rule: 'detached', path: name } }));
      },
    });
  }
}

/** A configuration as it is now: what is done to the object later is another one. */
function configText(config: ConfigInput | null | undefined, path: string): string {
  const problems: Problem[] = [];
  check(json, config, path, problems);
  refuse('invalid-config', problems);
  return typeof config === 'string' ? config : config == null ? '' : JSON.stringify(config);
}

/** The key of one call, from whoever has it. */
async function fetched(source: Exclude<CredentialSource, Credential | null>, course: Course): Promise<Credential | null> {
  const controller = new AbortController();
  const unwatch = course.watch(() => controller.abort(course.reason));
  try {
    return checked(await source({ signal: controller.signal }), 'credential');
  } catch (cause) {
    if (cause instanceof SandboxError || course.reason !== null) throw cause;
    const message = `The credential callback failed (${kindOf(cause)}); the cause has its reason. Nothing was sent.`;
    throw new SandboxError('unavailable', message, { cause, retryable: true, details: { rule: 'credential-callback' } });
  } finally {
    unwatch();
  }
}

function checked(credential: Credential | null | undefined, path: string): Credential | null {
  if (credential == null) return null;
  const problems: Problem[] = [];
  check(credentialType, credential, path, problems);
  refuse('invalid-config', problems);
  return copied(credentialType, credential) as Credential;
}
