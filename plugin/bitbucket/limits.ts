/**
 * What Bitbucket takes (jenkins-integration.md C4, C8). A key identifies, so one that is too long ends in a hash instead
 * of being cut, and stays the same for the same build; an address works or does not, so it is never cut; names and
 * descriptions are only read.
 */
import { createHash } from 'node:crypto';

export const mostKey = 255;
export const mostText = 255;
export const mostStatusUrl = 450;
export const mostDeploymentUrl = 1024;

const hashLength = 32;

export function fitKey(key: string): string {
  if (key.length <= mostKey) return key;
  const hash = createHash('sha256').update(key).digest('hex').slice(0, hashLength);
  return `${cut(key, mostKey - hashLength - 1)}-${hash}`;
}

export const fitText = (text: string): string =>
  text.length <= mostText ? text : `${cut(text, mostText - 1)}…`;

/** The first address that is short enough; undefined when none is. */
export const fitUrl = (most: number, ...urls: (string | undefined)[]): string | undefined =>
  urls.find((url) => url !== undefined && url.length <= most);

/** Never in the middle of a character that takes two places. */
const cut = (text: string, length: number): string => text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '');
