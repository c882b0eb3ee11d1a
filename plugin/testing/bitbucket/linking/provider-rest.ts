/**
 * Switches one outgoing provider of a link on and REPLACES its configuration (applinks-oauth1.md 2.5, 3.1): an empty
 * one over a manual one makes the link sign with the host key from then on.
 */
import { json, statusEntity, type Answer, type Incoming } from '../answer.js';
import { isRecord, isStringRecord, parseJson, text } from '../json-body.js';
import type { User } from '../state.js';
import type { LinkingContext } from './context.js';
import { providerClasses } from './link-types.js';
import { isSystemAdmin } from './roles.js';

const known = new Set<string>(Object.values(providerClasses));

export function putProvider({ state }: LinkingContext, incoming: Incoming, user: User): Answer {
  const [version = '', id = ''] = incoming.captures;
  const link = state.links.get(id);
  if (!link) return statusEntity(404, `No application link has the id ${id}.`);
  const body = parseJson(incoming.body);
  if (!isRecord(body)) return statusEntity(400, 'The body is not a JSON object.');
  const provider = text(body.provider) ?? '';
  if (!known.has(provider)) return statusEntity(400, `The provider "${provider}" is unknown.`);
  if (provider === providerClasses.impersonating && !isSystemAdmin(user)) {
    return statusEntity(400, 'Only a system administrator may switch impersonation on.');
  }
  const config = body.config ?? {};
  if (!isStringRecord(config)) return statusEntity(400, 'The configuration is not a map of strings.');
  link.providers.set(provider, config);
  const href = `${incoming.base}/rest/applinks/${version}/applicationlink/${id}/authentication/provider/${provider}`;
  return json(201, { 'status-code': 201, 'resources-created': [{ href, rel: 'self' }] });
}
