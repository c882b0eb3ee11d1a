/**
 * Which addresses count as safe (oauth2.md 1.1): `https` exactly, in lower case; `http` only on loopback and only
 * while the switch allows it. A look-alike such as `http://localhost.evil.example` is no loopback.
 */
import type { OAuth2ClientSwitches } from './switches.js';

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

export function isSafeAddress(url: string, { allowLoopbackHttp }: OAuth2ClientSwitches): boolean {
  if (!URL.canParse(url)) return false;
  if (url.startsWith('https://')) return true;
  return allowLoopbackHttp && url.startsWith('http://') && loopback.test(new URL(url).hostname);
}
