/**
 * Which hosts the wizard refuses to ask (applinks-oauth1.md 10.3): the stand-in's own address, loopback, link-local
 * and unspecified addresses, and IPv6 whose first six groups are zero. The name is resolved before any request. The
 * REST resource that creates a link has no such check.
 */
import { lookup } from 'node:dns/promises';

/** Groups of an IPv6 address in full, for the comparison with zero. */
function ipv6Groups(address: string): number[] {
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? [];
  const groups = (part: string): number[] =>
    part === ''
      ? []
      : part.split(':').flatMap((group) => (group.includes('.') ? [0, 0] : [Number.parseInt(group, 16)]));
  const [before, after] = [groups(head), groups(tail ?? '')];
  const missing = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  return [...before, ...Array<number>(missing).fill(0), ...after];
}

export function isBlockedAddress(address: string, ownAddress: string): boolean {
  if (address === ownAddress) return true;
  if (!address.includes(':')) return /^(?:127\.|169\.254\.|0\.0\.0\.0$)/.test(address);
  return ipv6Groups(address)
    .slice(0, 6)
    .every((group) => group === 0);
}

/** `unknown`: the name does not resolve. */
export async function checkHost(
  hostname: string,
  ownAddress: string,
): Promise<'allowed' | 'blocked' | 'unknown'> {
  try {
    const addresses = await lookup(hostname.replace(/^\[|\]$/g, ''), { all: true });
    return addresses.some(({ address }) => isBlockedAddress(address, ownAddress)) ? 'blocked' : 'allowed';
  } catch {
    return 'unknown';
  }
}
