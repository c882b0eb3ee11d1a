/** The guide of a link over OAuth 2.0, and what lies below it. */
export const guidePath = (linkId: string, rest = ''): string =>
  `/applinks/admin/links/${encodeURIComponent(linkId)}/oauth2${rest}`;
