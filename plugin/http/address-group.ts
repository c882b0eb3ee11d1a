/**
 * Whom a limit counts as one: an IPv4 address, or an IPv6 network of 64 bits, which is what one customer gets. Counted
 * by single IPv6 addresses, an attacker would have 2^64 tries.
 */
import { isIPv6 } from 'node:net';

/** @param address as Express tells it in `req.ip`; undefined when the connection is gone. */
export function addressGroup(address: string | undefined): string {
  if (address === undefined) return '';
  const mapped = /^::ffff:(\d+(?:\.\d+){3})$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const plain = address.replace(/%.*$/, '');
  return isIPv6(plain) ? `${groupsOf(plain).slice(0, 4).join(':')}::/64` : address;
}

function groupsOf(address: string): string[] {
  const [head = '', tail] = address.toLowerCase().split('::');
  const [before, after] = [head, tail ?? ''].map((part) => (part === '' ? [] : part.split(':')));
  const missing = tail === undefined ? 0 : 8 - (before?.length ?? 0) - (after?.length ?? 0);
  const groups = [...(before ?? []), ...Array<string>(Math.max(missing, 0)).fill('0'), ...(after ?? [])];
  return groups.map((group) => group.replace(/^0+(?=.)/, ''));
}
