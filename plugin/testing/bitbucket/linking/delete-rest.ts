/**
 * Deleting a link over REST (applinks-oauth1.md 9.1): one-way; or two-way, where the other side is asked first, in the
 * administrator's name, and must answer exactly 200, or else nothing is deleted here. And the question beforehand
 * whether it would.
 */
import { headerOf } from '../../http-exchange.js';
import { json, statusEntity, type Answer, type Incoming } from '../answer.js';
import { isRecord, parseJson, text } from '../json-body.js';
import { callAsUser, type CallResult } from '../signed-call.js';
import type { Link, User } from '../state.js';
import type { LinkingContext } from './context.js';
import { v3Error } from './error-list.js';
import { isLinkId } from '../link-id.js';
import { removeLink } from './remove-link.js';
import { childTexts, readXml } from './xml-reader.js';

function askRemote(
  context: LinkingContext,
  link: Link,
  user: User,
  method: string,
  resource: string,
): Promise<CallResult> {
  const target = `rest/applinks/1.0/${resource}/${context.own().id}`;
  const headers = { 'X-Atlassian-Token': 'no-check', Accept: 'application/json' };
  return callAsUser(context, { link, user: user.name, method, target, headers });
}

export interface DeleteRefusal {
  status: 401 | 500;
  message: string;
}

async function deleteRemote(
  context: LinkingContext,
  link: Link,
  user: User,
): Promise<DeleteRefusal | undefined> {
  try {
    const result = await askRemote(context, link, user, 'DELETE', 'applicationlink');
    if (result.outcome === 'credentials-required') {
      return { status: 401, message: `${user.name} has not authorised us at ${link.name}.` };
    }
    if (result.outcome === 'ok' && result.status === 200) return undefined;
    const answered = `${link.name} answered ${result.status ?? 0} instead of 200`;
    return { status: 500, message: `${answered}; the link is kept.` };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { status: 500, message: `${link.name} did not answer: ${reason}; the link is kept.` };
  }
}

/** There first, then here. Undefined when it worked. */
export async function deleteTwoWay(
  context: LinkingContext,
  link: Link,
  user: User,
): Promise<DeleteRefusal | undefined> {
  const refusal = await deleteRemote(context, link, user);
  if (!refusal) removeLink(context, link);
  return refusal;
}

/** `DELETE …/applicationlink/{id}?reciprocate=<bool>`. */
export async function deleteLink(context: LinkingContext, incoming: Incoming, user: User): Promise<Answer> {
  const id = incoming.captures[1] ?? '';
  const link = context.state.links.get(id);
  if (!link) return statusEntity(404, `No application link has the id ${id}.`);
  if (incoming.query.get('reciprocate') === 'true') {
    const refusal = await deleteTwoWay(context, link, user);
    if (refusal) return statusEntity(refusal.status, refusal.message);
  } else removeLink(context, link);
  return statusEntity(200, `The application link ${id} was deleted.`);
}

/** `DELETE 3.0/applinks/{id}`: local only. */
export function deleteLocally(context: LinkingContext, incoming: Incoming): Answer {
  const id = incoming.captures[0] ?? '';
  if (!isLinkId(id)) return v3Error(400, 'This is not the id of an application link.');
  const link = context.state.links.get(id);
  if (!link) return v3Error(404, `No application link has the id ${id}.`);
  removeLink(context, link);
  return { status: 204, headers: {}, body: '' };
}

const remoteCodes = ['ALLOWED', 'MISSING', 'NO_AUTHENTICATION', 'NO_PERMISSION'];

function codeIn(result: CallResult): string {
  if (result.outcome === 'credentials-required') return 'CREDENTIALS_REQUIRED';
  if (result.status === 401) return 'AUTHENTICATION_FAILED';
  if (result.outcome !== 'ok' || result.status !== 200) return 'NO_CONNECTION';
  const type = result.exchange ? headerOf(result.exchange, 'content-type') : undefined;
  const root = /xml/i.test(type ?? '') ? readXml(result.body) : undefined;
  const body = parseJson(result.body);
  const code = root ? childTexts(root, 'code')[0] : isRecord(body) ? text(body.code) : undefined;
  return code !== undefined && remoteCodes.includes(code) ? code : 'NO_CONNECTION';
}

/** Would the other side delete its half for this user? */
export async function permissionThere(context: LinkingContext, link: Link, user: User): Promise<string> {
  try {
    return codeIn(await askRemote(context, link, user, 'GET', 'permission/delete-application'));
  } catch {
    return 'NO_CONNECTION';
  }
}

/** `GET permission/reciprocate-application-delete/{linkId}`. */
export async function mayDeleteThere(
  context: LinkingContext,
  incoming: Incoming,
  user: User,
): Promise<Answer> {
  const link = context.state.links.get(incoming.captures[0] ?? '');
  return json(200, { code: link ? await permissionThere(context, link, user) : 'MISSING' });
}

/** `GET permission/delete-application/{id}`, which the other side asks us. */
export function mayDeleteHere({ state }: LinkingContext, incoming: Incoming): Answer {
  const caller = incoming.basicUser ?? incoming.user;
  const code = (): string => {
    if (!state.links.has(incoming.captures[0] ?? '')) return 'MISSING';
    if (!caller) return 'NO_AUTHENTICATION';
    return caller.admin ? 'ALLOWED' : 'NO_PERMISSION';
  };
  return json(200, { code: code() });
}
