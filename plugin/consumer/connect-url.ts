/** Page that begins an authorisation, as an absolute URL: what CredentialsRequired carries. */
import type { Context } from '../context.js';
import { publicPath } from '../http/public-url.js';
import type { Connection, Link } from '../store/store.js';
import { connectionOf } from './connection.js';

export interface WantedAuthorisation {
  /** Default: the preferred one. */
  connection?: Connection | undefined;
  /** Wanted besides what is granted already (OAuth 2.0). */
  scopes?: readonly string[];
}

export function connectUrl(
  { config }: Pick<Context, 'config'>,
  link: Link,
  { connection, scopes = [] }: WantedAuthorisation = {},
): string {
  const query = new URLSearchParams();
  if (connection !== undefined && connection.id !== connectionOf(link).id) query.set('via', connection.id);
  if (scopes.length > 0) query.set('scope', scopes.join(' '));
  const path = publicPath(config, `/applinks/connect/${encodeURIComponent(link.id)}`);
  const asked = query.size === 0 ? '' : `?${query.toString()}`;
  return `${new URL(config.baseUrl).origin}${path}${asked}`;
}
