/** Asks the other side for its projects, as an administrator who links projects does (applinks-oauth1.md 8). */
import { headerOf, type Exchange } from '../../http-exchange.js';
import { json, statusEntity, type Answer, type Incoming } from '../answer.js';
import { isRecord, parseJson, text } from '../json-body.js';
import { callAsUser } from '../signed-call.js';
import type { Link, User } from '../state.js';
import type { LinkingContext } from './context.js';
import { below } from './manifest-download.js';
import { readXml } from './xml-reader.js';

export interface RemoteEntity {
  key: string | undefined;
  name: string | undefined;
  typeId: string | undefined;
}

/** Undefined when the body is no list of entities. */
function readEntities(answer: Exchange): RemoteEntity[] | undefined {
  if (/xml/i.test(headerOf(answer, 'content-type') ?? '')) {
    const root = readXml(answer.body);
    if (root?.name !== 'entities') return undefined;
    return root.children
      .filter(({ name }) => name === 'entity')
      .map(({ attributes }) => ({
        key: attributes.get('key'),
        name: attributes.get('name'),
        typeId: attributes.get('typeId'),
      }));
  }
  const root = parseJson(answer.body);
  if (!isRecord(root)) return undefined;
  return [root.entity ?? []]
    .flat()
    .filter(isRecord)
    .map(({ key, name, typeId }) => ({ key: text(key), name: text(name), typeId: text(typeId) }));
}

/**
 * In the user's name, or anonymously where the user has not authorised; only 200 will do. A sentence when there is no
 * list.
 */
export async function entitiesOf(
  context: LinkingContext,
  link: Link,
  user: User,
): Promise<RemoteEntity[] | string> {
  const target = 'rest/applinks/1.0/entities';
  const headers = { Accept: 'application/json' };
  try {
    const signed = await callAsUser(context, { link, user: user.name, method: 'GET', target, headers });
    const answer =
      signed.exchange ?? (await context.send({ method: 'GET', url: below(link.rpcUrl, target), headers }));
    if (answer.status !== 200) return `${link.name} answered ${answer.status} when asked for its projects.`;
    return readEntities(answer) ?? `${link.name} sent no list of projects.`;
  } catch (error) {
    return `${link.name} did not answer: ${error instanceof Error ? error.message : String(error)}.`;
  }
}

/** `GET entities/{linkId}`. */
export async function remoteEntities(
  context: LinkingContext,
  incoming: Incoming,
  user: User,
): Promise<Answer> {
  const link = context.state.links.get(incoming.captures[0] ?? '');
  if (!link) return statusEntity(404, 'No application link has this id.');
  const entity = await entitiesOf(context, link, user);
  return typeof entity === 'string' ? statusEntity(500, entity) : json(200, { entity });
}
