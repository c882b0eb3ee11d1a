/**
 * Sets of IP networks. IPv4 and IPv6 have a list each, because one BlockList takes an IPv4 address for an IPv6 one
 * too: whoever denied `::/0` would deny every address.
 */
import { BlockList, isIP } from 'node:net';

export interface Networks {
  ipv4: BlockList;
  ipv6: BlockList;
}

/** @param entries networks in CIDR notation and single addresses, valid ones. */
export function networks(entries: readonly string[]): Networks {
  const lists: Networks = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const entry of entries) {
    const [address = '', bits] = entry.split('/');
    const family = familyOf(address);
    if (bits === undefined) lists[family].addAddress(address, family);
    else lists[family].addSubnet(address, Number(bits), family);
  }
  return lists;
}

/** @param address a plain address, without brackets and zone. */
export function contains(lists: Networks, address: string): boolean {
  const family = familyOf(address);
  return lists[family].check(address, family);
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
