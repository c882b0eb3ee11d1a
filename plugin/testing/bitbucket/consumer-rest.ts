/** `PUT …/authentication/consumer`: key and secret of a link entered by hand (applinks-oauth1.md 3.1). */
import { json, statusEntity, type Answer, type Incoming } from './answer.js';
import { isRecord, parseJson, text } from './json-body.js';
import type { State } from './state.js';

/** Only the variant with `outgoing: true` on a generic link; all other fields, the 2LO flags too, are ignored there. */
export function putConsumer(state: State, incoming: Incoming): Answer {
  const [version = '', id = ''] = incoming.captures;
  const link = state.links.get(id);
  if (!link) return statusEntity(404, `No application link has the id ${id}.`);
  const body = parseJson(incoming.body);
  if (!isRecord(body)) return statusEntity(400, 'The body is not a JSON object.');
  if (link.typeId !== 'generic' || body.outgoing !== true) {
    return statusEntity(400, 'This stand-in takes outgoing consumers of generic links only.');
  }
  const key = text(body.key);
  const name = text(body.name);
  const sharedSecret = text(body.sharedSecret);
  if (!key || !name || !sharedSecret) return statusEntity(400, 'Key, name and shared secret are required.');
  link.consumer = { key, name, sharedSecret };
  const href = `${incoming.base}/rest/applinks-oauth/${version}/applicationlink/${id}/authentication/consumer/${key}`;
  return json(201, { 'status-code': 201, 'resources-created': [{ href, rel: 'self' }] });
}

/** The shared secret is never returned. */
export function listConsumers(state: State, incoming: Incoming): Answer {
  const link = state.links.get(incoming.captures[1] ?? '');
  if (!link?.consumer) return statusEntity(404, 'This link has no consumer.');
  const { key, name } = link.consumer;
  return json(200, { consumers: [{ key, name, signatureMethod: 'HMAC_SHA1', outgoing: true }] });
}
