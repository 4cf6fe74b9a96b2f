// Of Node's own modules, what the package uses: whoever installs it shall not need Node's types.

declare module 'node:crypto' {
  export class X509Certificate {
    /** Throws for what is none. */
    constructor(pem: string);
  }
}

declare module 'node:http' {
  export class Agent {
    readonly maxSockets: number;
    constructor(options: object);
    destroy(): void;
  }

  export interface IncomingMessage {
    readonly statusCode?: number;
    readonly rawHeaders: readonly string[];
    on(event: 'data', listener: (piece: Uint8Array) => void): void;
    on(event: 'end' | 'close', listener: () => void): void;
    on(event: 'error', listener: (problem: unknown) => void): void;
    pause(): void;
    resume(): void;
    destroy(): void;
  }

  export interface ClientRequest {
    on(event: 'response', listener: (message: IncomingMessage) => void): void;
    on(event: 'error', listener: (problem: unknown) => void): void;
    on(event: 'close', listener: () => void): void;
    end(body?: Uint8Array): void;
    destroy(reason: unknown): void;
  }

  export function request(url: string, options: object): ClientRequest;
}

declare module 'node:https' {
  export { request } from 'node:http';
  export class Agent {
    readonly maxSockets: number;
    constructor(options: object);
    destroy(): void;
  }
}

declare module 'node:tls' {
  export const rootCertificates: readonly string[];
  /** From 22.15 on. */
  export const getCACertificates: ((type: 'default') => string[]) | undefined;
  export function createSecureContext(options: { ca: string[] }): object;
}
