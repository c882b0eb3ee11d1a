/** Page that begins the authorisation of a connection, as an absolute URL: what CredentialsRequired carries. */
import type { Context } from '../context.js';
import { publicPath } from '../http/public-url.js';
import type { Connection, Link } from '../store/store.js';
import { connectionOf } from './connection.js';

/** @param scopes wanted besides what is granted already (OAuth 2.0). */
export function connectUrl(
  { config }: Pick<Context, 'config'>,
  link: Link,
  connection: Connection = connectionOf(link),
  scopes: readonly string[] = [],
): string {
  const query = new URLSearchParams();
  if (connection.id !== connectionOf(link).id) query.set('via', connection.id);
  if (scopes.length > 0) query.set('scope', scopes.join(' '));
  const path = publicPath(config, `/applinks/connect/${encodeURIComponent(link.id)}`);
  return `${new URL(config.baseUrl).origin}${path}${query.size === 0 ? '' : `?${query.toString()}`}`;
}
