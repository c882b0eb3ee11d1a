/**
 * Adds an administrator's certificates to those that Node.js trusts anyway. TLS takes a list of authorities in place
 * of its own one, so the own one has to be repeated, or every public certificate would be refused as soon as one
 * internal authority is given.
 */
import * as tls from 'node:tls';

/** Newer versions of Node.js tell the list that is in force, with NODE_EXTRA_CA_CERTS; older ones only the built-in one. */
const { rootCertificates, getCACertificates } = tls as {
  rootCertificates: readonly string[];
  getCACertificates?: (type: 'default') => string[];
};

export function trustedWith(certificates: readonly string[]): string[] {
  return [...(getCACertificates?.('default') ?? rootCertificates), ...certificates];
}
