/** Page that begins an authorisation, as an absolute URL: what CredentialsRequired carries. */
import type { Context } from '../context.js';
import { publicPath } from '../http/public-url.js';

/** @param scopes wanted besides what is granted already (OAuth 2.0). */
export function connectUrl(
  { config }: Pick<Context, 'config'>,
  linkId: string,
  scopes: readonly string[] = [],
): string {
  const query = scopes.length === 0 ? '' : `?${new URLSearchParams({ scope: scopes.join(' ') }).toString()}`;
  const path = publicPath(config, `/applinks/connect/${encodeURIComponent(linkId)}`);
  return `${new URL(config.baseUrl).origin}${path}${query}`;
}
