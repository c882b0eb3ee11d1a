/**
 * Which URLs a browser may be sent to with a verifier. SECURITY-2639 was a callback of any scheme: stored, shown as a
 * link, and run. The same rule holds for what an administrator registers and for what a consumer asks for.
 */
const longest = 2048;
const printableAscii = /^[\x21-\x7e]+$/;
/** A host of these characters only: the consent page names its origin in a Content-Security-Policy. */
const webUrl = /^https?:\/\/(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?(?:[/?]|$)/i;

/** Only http and https, with a host, without fragment or user info; printable ASCII, so that it cannot split a header. */
export function isCallbackUrl(value: string): boolean {
  if (value.length > longest || !printableAscii.test(value) || !webUrl.test(value)) return false;
  if (value.includes('#') || !URL.canParse(value)) return false;
  const { username, password, hostname } = new URL(value);
  return username === '' && password === '' && hostname !== '';
}

/** Where a peer sends the browser back after a user of ours has decided there; one per link. */
export function connectCallbackUrl({ baseUrl }: { baseUrl: string }, linkId: string): string {
  return `${baseUrl}/applinks/callback/oauth1/${encodeURIComponent(linkId)}`;
}
