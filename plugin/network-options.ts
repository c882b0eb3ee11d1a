/**
 * The options that say whom the kit may call (design.md, Outbound). What they forbid is checked where the socket is
 * opened; here only their form, because a network written wrongly would silently forbid nothing, and a certificate
 * that cannot be read would silently trust nobody.
 */
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { z } from 'zod';

const pemCertificate = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;
const hostName =
  /^(?=.{1,253}$)(?:[a-z\d_](?:[a-z\d_-]{0,61}[a-z\d_])?\.)*[a-z_](?:[a-z\d_-]{0,61}[a-z\d_])?$/i;

const certificates = z.string().refine(isPemBundle, 'must be one or more X.509 certificates in PEM');

export const networkOptions = z.strictObject({
  /** Call addresses like 127.0.0.1 and ::1: for development and tests. */
  allowInsecureLoopback: z.boolean().default(false),
  /** Never called: networks as `10.0.0.0/8`, single addresses, and host names with the names below them. */
  deny: z
    .array(z.string().refine(isDenyEntry, 'must be a network as 10.0.0.0/8, an IP address or a host name'))
    .default([]),
  /** Trusted for calls to peers, beside the authorities that Node.js trusts. */
  ca: z.union([certificates, z.array(certificates)]).optional(),
  /** For a whole call to a peer. */
  timeoutMs: z.int().min(100).max(120_000).default(10_000),
  /** A fetch of your own, for example through a proxy: neither addresses nor certificates are then checked by the kit. */
  allowInsecureFetch: z
    .custom<typeof fetch>((value) => typeof value === 'function', 'must be a function')
    .optional(),
});

function isDenyEntry(entry: string): boolean {
  const [address = '', bits, ...rest] = entry.split('/');
  const family = isIP(address);
  if (family === 0 || address.includes('%')) return hostName.test(entry);
  if (bits === undefined) return true;
  return rest.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32);
}

function isPemBundle(text: string): boolean {
  const found = text.match(pemCertificate) ?? [];
  return (
    found.length > 0 && text.split('-----BEGIN').length - 1 === found.length && found.every(isCertificate)
  );
}

function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
}
