/** The id of a link that has no manifest, derived from its URL (applinks-oauth1.md 1.4). */
import { createHash } from 'node:crypto';

/** Version-3 UUID over the normalised URL's bytes, without a namespace, as Java's UUID.nameUUIDFromBytes. */
export function linkIdFromUrl(url: string): string {
  const normalised = new URL(url).href.replace(/\/+$/, '');
  const digest = createHash('md5').update(normalised, 'ascii').digest();
  digest.writeUInt8((digest.readUInt8(6) & 0x0f) | 0x30, 6);
  digest.writeUInt8((digest.readUInt8(8) & 0x3f) | 0x80, 8);
  return digest.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export const isLinkId = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
