/**
 * The id that Atlassian products derive from a URL (applinks-oauth1.md 1.4): MD5 of the normalised URL as a version 3
 * UUID without namespace. It identifies, it protects nothing, so MD5 does no harm here.
 */
import { createHash } from 'node:crypto';

/** @param url absolute. @returns a UUID in lower case. */
export function urlDerivedId(url: string): string {
  const normalised = new URL(url).href.replace(/\/+$/, '');
  const bytes = createHash('md5').update(normalised, 'ascii').digest();
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x30, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
