// What a failure of fetch is in the words of `wasi:http`. The standard has one word for all of them, and every engine
// hides its own behind it: as a code on the error or on one of its causes, or only in its text.

import type { Case } from '../binding/abi.ts';

const BY_CODE: ReadonlyArray<readonly [RegExp, string]> = [
  [/^(ENOTFOUND|EAI_\w+|DNSException|DNS_\w+)$/, 'DNS-error'],
  [/^(ECONNREFUSED|ConnectionRefused|FailedToOpenSocket)$/, 'connection-refused'],
  [/^(EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL|HostUnreachable|NetworkUnreachable)$/, 'destination-unavailable'],
  [/^(ERR_ACCESS_DENIED|EACCES|EPERM)$/, 'HTTP-request-denied'],
  [/^(EMFILE|ENFILE)$/, 'connection-limit-reached'],
  [/^(UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT|ConnectionTimeout|Timeout)$/, 'connection-timeout'],
  [/^(UND_ERR_HEADERS_TIMEOUT|UND_ERR_BODY_TIMEOUT|TimeoutError)$/, 'connection-read-timeout'],
  [/^(CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|ERR_TLS_CERT|CRL_)/, 'TLS-certificate-error'],
  [/^(ERR_SSL_|EPROTO$|ERR_TLS_)/, 'TLS-protocol-error'],
  [/^(UND_ERR_HEADERS_OVERFLOW|HPE_HEADER_OVERFLOW)$/, 'HTTP-response-header-section-size'],
  [/^(HPE_|HTTPParserError$|UND_ERR_RES_|Malformed_|InvalidHTTPResponse)/, 'HTTP-protocol-error'],
  [/^(ECONNRESET|EPIPE|UND_ERR_SOCKET|ECONNABORTED|ConnectionClosed|ConnectionReset)$/, 'connection-terminated'],
  [/^(ZlibError|Z_\w+|ERR__ERROR_FORMAT_\w+|BrotliError|ZstdError)$/, 'HTTP-response-content-coding'],
];

const BY_TEXT: ReadonlyArray<readonly [RegExp, string]> = [
  [/\bdns error|failed to lookup address|name resolution failed|could not resolve host/i, 'DNS-error'],
  [/certificate|self.signed/i, 'TLS-certificate-error'],
  [/\btls\b|\bssl\b|handshake/i, 'TLS-protocol-error'],
  [/connection refused/i, 'connection-refused'],
  [/unreachable|no route/i, 'destination-unavailable'],
  [/connection reset|connection closed|connection lost|error reading a body|connection was closed|closed before|other side closed|terminated|incomplete message|unexpected eof/i, 'connection-terminated'],
  [/invalid http|parse error|malformed|invalid content-length|invalid chunk/i, 'HTTP-protocol-error'],
  [/timed? ?out/i, 'connection-timeout'],
  [/too many open files/i, 'connection-limit-reached'],
];

/** An error with its causes and the errors that it stands for, the innermost last. */
function chain(error: unknown, depth = 0): Array<{ code: string; text: string }> {
  if (typeof error !== 'object' || error === null || depth > 5) return [];
  const { code, name, message, cause, errors } = error as Record<string, unknown>;
  const own = { code: typeof code === 'string' ? code : typeof name === 'string' ? name : '', text: String(message ?? '') };
  const inner = Array.isArray(errors) ? errors.slice(0, 4) : [];
  return [own, ...[cause, ...inner].flatMap((next) => chain(next, depth + 1))];
}

/** What fetch gave is not what the Fetch standard says: a defect of an injected one, which no retry mends. */
export class NotAResponse extends Error {}

/** What was thrown, where it is that. Anything can be thrown, also what throws when it is looked at. */
export function asNotAResponse(error: unknown): NotAResponse | null {
  try {
    return error instanceof NotAResponse ? error : null;
  } catch {
    return null;
  }
}

/** The word for a failure, with what the engine calls it: a code, never its text, which may repeat what was sent. */
export function failureOf(error: unknown): { code: Case; engine: string | null } {
  let links: ReturnType<typeof chain>;
  try {
    links = chain(error);
  } catch {
    // Anything can be thrown, also what throws when it is looked at.
    links = [];
  }
  const codes = links.map((link) => link.code);
  for (const [pattern, tag] of BY_CODE) {
    const found = codes.find((code) => pattern.test(code));
    if (found !== undefined) return { code: payload(tag, found), engine: found };
  }
  for (const [pattern, tag] of BY_TEXT) {
    if (links.some((link) => pattern.test(link.text))) return { code: payload(tag, tag), engine: null };
  }
  const named = codes.find((code) => /^[A-Z][A-Z0-9_]+$/.test(code)) ?? null;
  return { code: { tag: 'internal-error', val: named ?? 'fetch failed' }, engine: named };
}

function payload(tag: string, name: string): Case {
  switch (tag) {
    case 'DNS-error':
      return { tag, val: { rcode: name, infoCode: null } };
    case 'HTTP-response-content-coding':
    case 'HTTP-response-header-section-size':
      return { tag, val: null };
    default:
      return { tag };
  }
}
