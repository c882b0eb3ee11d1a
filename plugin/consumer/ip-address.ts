/**
 * Reads an IP address as bytes, so that an address has one form however it was written, and finds the IPv4 address
 * that an IPv6 address carries inside: mapped, translated and tunnelled forms reach IPv4 machines, and are what an
 * attacker writes where `127.0.0.1` is refused (RFC 4291 2.5.5, RFC 6052 2.1, RFC 3056 2).
 */
import { isIP } from 'node:net';

/** The address without brackets and zone; undefined when it is none. */
export function plainAddress(text: string): string | undefined {
  const address = text.replace(/^\[(.*)\]$/, '$1').replace(/%.*$/, '');
  return isIP(address) === 0 ? undefined : address;
}

/** @returns the addresses to judge: this one, and the IPv4 address inside of it when there is one. */
export function addressesWithin(address: string): string[] {
  if (isIP(address) !== 6) return [address];
  const groups = ipv6Groups(address);
  const at = (index: number): number => groups[index] ?? 0;
  const ipv4 = (index: number): string =>
    [at(index) >> 8, at(index) & 255, at(index + 1) >> 8, at(index + 1) & 255].join('.');
  const startsWith = (...prefix: number[]): boolean => prefix.every((group, index) => at(index) === group);
  const isMapped = startsWith(0, 0, 0, 0, 0, 0xffff) || startsWith(0, 0, 0, 0, 0xffff, 0);
  const isCompatible = startsWith(0, 0, 0, 0, 0, 0) && at(6) !== 0;
  const isTranslated = startsWith(0x64, 0xff9b, 0, 0, 0, 0) || startsWith(0x64, 0xff9b, 1);
  if (isMapped || isCompatible || isTranslated) return [address, ipv4(6)];
  return startsWith(0x2002) ? [address, ipv4(1)] : [address];
}

function ipv6Groups(address: string): number[] {
  const hex = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...parts: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = parts.slice(0, 4).map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
  const [head = '', tail] = hex.split('::');
  const read = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((group) => parseInt(group, 16));
  const front = read(head);
  const back = read(tail ?? '');
  return [...front, ...Array<number>(Math.max(0, 8 - front.length - back.length)).fill(0), ...back];
}
