/**
 * `PUT 1.0/applicationlink/{id}`: another application makes its half of a link here (applinks-oauth1.md 2.3 row 4), in
 * XML or JSON. The link is stored under the id of the BODY; the one in the path only finds a link that is there.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { addLink } from '../add-link.js';
import { json, type Answer, type Incoming } from '../answer.js';
import { isRecord, parseJson, text } from '../json-body.js';
import { isLinkId } from '../link-id.js';
import { linkHref } from '../link-rest.js';
import type { LinkingContext } from './context.js';
import { errorList } from './error-list.js';
import { othersThan, withoutSlash } from './link-fields.js';
import { isKnownType } from './link-types.js';
import { childTexts, readXml } from './xml-reader.js';

type Field = (name: string) => string | undefined;

function fieldsOf(contentType: string, body: string): Field | undefined {
  if (/xml/i.test(contentType)) {
    const root = readXml(body);
    return root?.name === 'applicationLink' ? (name) => text(childTexts(root, name)[0]) : undefined;
  }
  const root = parseJson(body);
  return isRecord(root) ? (name) => text(root[name]) : undefined;
}

export function putReciprocalLink(
  context: LinkingContext,
  incoming: Incoming,
  headers: IncomingHttpHeaders,
): Answer {
  const field = fieldsOf(headers['content-type'] ?? '', incoming.body);
  if (!field) return errorList(400, ['The body is no application link.']);
  const [id = '', name = '', typeId = ''] = ['id', 'name', 'typeId'].map(field);
  const rpcUrl = withoutSlash(field('rpcUrl') ?? field('displayUrl') ?? '');
  const displayUrl = withoutSlash(field('displayUrl') ?? rpcUrl);
  if (!isLinkId(id)) return errorList(400, ['The id is no UUID.'], ['id']);
  if (!isKnownType(typeId)) return errorList(400, [`The type "${typeId}" is unknown.`], ['typeId']);
  const known = context.state.links.get(incoming.captures[0] ?? '');
  const answer = (status: number): Answer => {
    const href = linkHref(incoming.base, '1.0', known?.id ?? id);
    return json(status, { 'status-code': status, 'resources-created': [{ href, rel: 'self' }] });
  };
  if (!known) {
    const link = addLink(context.state, { id, name, typeId, rpcUrl, displayUrl }, 'as-sent');
    return typeof link === 'string' ? errorList(400, [link]) : answer(201);
  }
  if (rpcUrl !== known.rpcUrl) {
    return errorList(400, ['The RPC URL cannot be changed here: use relocate.'], ['rpcUrl']);
  }
  if (othersThan(context, known).some((other) => other.name === name)) {
    return errorList(400, [`The name ${name} is in use.`], ['name']);
  }
  Object.assign(known, { name, displayUrl });
  return answer(200);
}
