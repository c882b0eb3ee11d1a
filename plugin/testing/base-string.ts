/**
 * The signature base string of RFC 5849 section 3.4.1, from the signer's side. Written from the RFC for the
 * stand-ins alone and sharing no line with plugin/oauth1, so that signer and verifier cannot be wrong together.
 */

export type Parameter = readonly [name: string, value: string];

/** RFC 3986 unreserved characters stay, every other byte becomes %XX (RFC 5849 section 3.6). */
export function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** `a=b&c=d` in the encoding that both form body and base string use. */
export function encodeParameters(parameters: readonly Parameter[]): string {
  return parameters.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
}

const inByteOrder = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

function sorted(parameters: readonly Parameter[]): Parameter[] {
  return parameters
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort((one, other) => inByteOrder(one[0], other[0]) || inByteOrder(one[1], other[1]));
}

/**
 * `parameters`: those of header and form body; the query's are read from `url`.
 * `oauth_signature` and `realm` are the caller's to leave out.
 */
export function baseString(method: string, url: URL, parameters: readonly Parameter[]): string {
  const all = sorted([...url.searchParams, ...parameters]);
  const normalised = all.map(([name, value]) => `${name}=${value}`).join('&');
  return [method.toUpperCase(), url.origin + url.pathname, normalised].map(encode).join('&');
}
