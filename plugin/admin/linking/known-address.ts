/**
 * Whether a link is to the address at which a peer was reached. People type addresses with slashes, ports and capitals at
 * will; what a peer says of its own address counts for nothing here, since anybody could say it.
 */
import { ApplinksError } from '../../errors.js';
import type { Link } from '../../store/store.js';

export function isAt({ rpcUrl, displayUrl }: Pick<Link, 'rpcUrl' | 'displayUrl'>, address: string): boolean {
  return [rpcUrl, displayUrl].some((url) => url !== null && isSameAddress(url, address));
}

export function isSameAddress(one: string, other: string): boolean {
  return normalised(one) === normalised(other);
}

/**
 * A peer that is linked already is believed at the addresses of its link only: its id is no secret, so anybody could
 * show it at another one. @throws ApplinksError `conflict`
 */
export function requireKnownAddress(link: Link, address: string): void {
  const { name, rpcUrl } = link;
  if (rpcUrl === null || isAt(link, address)) return;
  throw new ApplinksError(
    'conflict',
    409,
    `${name} is linked already, at ${rpcUrl}. If it has moved to ${address}, change the address on the page of that link.`,
  );
}

function normalised(address: string): string {
  return (URL.canParse(address) ? new URL(address).href : address).replace(/\/+$/, '');
}
