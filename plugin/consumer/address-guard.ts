/**
 * Decides which addresses we call at all (design.md, Outbound; applinks-oauth1.md part 10, KIT). An administrator, a
 * peer's manifest or a redirect parameter gives us URLs: an attacker points them at the cloud's metadata service, at
 * what listens on loopback only, or at a name that answers with a harmless address first and with another one next.
 * So the check is made on the very addresses that the socket is then opened to, all of them, each time.
 */
import { lookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { PeerUnreachable } from '../errors.js';
import { addressesWithin, plainAddress } from './ip-address.js';
import { contains, networks } from './ip-networks.js';

export interface ResolvedAddress {
  address: string;
  family: number;
}

/** Resolves a host name; node:dns by default. */
export type Resolve = (hostname: string) => Promise<readonly ResolvedAddress[]>;

export interface AddressGuard {
  /** @throws PeerUnreachable `address_refused` for the host of a URL that is refused by its name or literal address. */
  requireAllowedHost(hostname: string): void;
  /** For the socket: resolves, checks every address and hands over those that were checked. */
  lookup: LookupFunction;
}

export interface AddressGuardOptions {
  allowInsecureLoopback: boolean;
  /** Networks in CIDR notation, single addresses, and host names, which cover the names below them. */
  deny: readonly string[];
  resolve?: Resolve;
}

/** Unspecified, link-local (with the metadata address), multicast, reserved with broadcast, and Teredo tunnels. */
const refusedNetworks = [
  '0.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  'fe80::/10',
  'ff00::/8',
  '2001::/32',
];
/** Metadata and host services of Alibaba, Oracle, Azure, Amazon and Google that lie outside link-local. */
const metadataAddresses = [
  '100.100.100.200',
  '192.0.0.192',
  '168.63.129.16',
  'fd00:ec2::254',
  'fd00:c1::a9fe:a9fe',
  'fd20:ce::254',
];
const loopback = networks(['127.0.0.0/8', '::1']);
const never = networks([...refusedNetworks, ...metadataAddresses]);

export function createAddressGuard(options: AddressGuardOptions): AddressGuard {
  const isAddress = (entry: string): boolean => plainAddress(entry.replace(/\/\d+$/, '')) !== undefined;
  const denied = networks(options.deny.filter(isAddress));
  const deniedNames = options.deny.filter((entry) => !isAddress(entry)).map(canonicalName);
  const resolve = options.resolve ?? ((hostname: string) => lookup(hostname, { all: true }));

  const requireAllowedAddress = (hostname: string, text: string): void => {
    const address = plainAddress(text);
    if (address === undefined) throw refused(hostname, 'has an address that cannot be read');
    for (const candidate of addressesWithin(address)) {
      if (contains(never, candidate)) {
        throw refused(hostname, 'is a link-local, multicast, reserved or metadata address');
      }
      if (!options.allowInsecureLoopback && contains(loopback, candidate)) {
        throw refused(
          hostname,
          'is the loopback address of this server',
          'Enter the address under which the other application is reached in your network, or set network.allowInsecureLoopback for development.',
        );
      }
      if (contains(denied, candidate)) throw refused(hostname, 'is in a network that network.deny excludes');
    }
  };

  const resolveAllowed = async (hostname: string): Promise<readonly ResolvedAddress[]> => {
    const addresses = await resolve(hostname);
    if (addresses.length === 0) throw Object.assign(new Error('no address'), { code: 'ENOTFOUND' });
    for (const { address } of addresses) requireAllowedAddress(hostname, address);
    return addresses;
  };

  return {
    requireAllowedHost(hostname) {
      const name = canonicalName(hostname);
      if (deniedNames.some((denied) => name === denied || name.endsWith(`.${denied}`))) {
        throw refused(hostname, 'is a name that network.deny excludes');
      }
      if (plainAddress(name) !== undefined) requireAllowedAddress(hostname, name);
    },
    lookup(hostname, { all }, callback) {
      resolveAllowed(hostname).then(
        (addresses) => {
          const [first] = addresses;
          if (all === true) callback(null, [...addresses]);
          else callback(null, first?.address ?? '', first?.family);
        },
        (error: unknown) => {
          callback(error instanceof Error ? error : new Error('lookup failed', { cause: error }), '');
        },
      );
    },
  };
}

const otherAddress = 'Enter the address under which the other application is reached in your network.';

function refused(hostname: string, why: string, cure = otherAddress): PeerUnreachable {
  return new PeerUnreachable('address_refused', `${hostname} is not called, because it ${why}. ${cure}`);
}

function canonicalName(hostname: string): string {
  return hostname.toLowerCase().replace(/\.$/, '');
}
