// Whose certificates are trusted beside those of Node's own authorities.

import { X509Certificate } from 'node:crypto';
import * as tls from 'node:tls';

/** A context of `node:tls` that trusts Node's authorities and more. */
export function trusting(extraCa: string | readonly string[]): object {
  // The older ones of Node know only those that they have built in.
  const own = tls.getCACertificates?.('default') ?? tls.rootCertificates;
  return tls.createSecureContext({ ca: [...own, ...[extraCa].flat()] });
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*(-----END CERTIFICATE-----)?/g;

/** What is wrong with certificates; null: nothing. Node itself passes over what it cannot read, and trusts nobody instead. */
export function problemOfCertificates(pem: string): string | null {
  const certificates = pem.match(CERTIFICATE);
  if (certificates === null) return 'has to be certificates in PEM, the content of a file and not its name';
  for (const certificate of certificates) {
    try {
      new X509Certificate(certificate);
    } catch {
      return 'has a certificate that cannot be read; it may be cut off';
    }
  }
  return null;
}
