/**
 * The resource `authentication/consumer` of a link (applinks-oauth1.md 3.1): fetched from the other side with
 * `autoConfigure`; or an outgoing key and secret, or an incoming public key, entered for a generic link, whose 2LO
 * flags are then IGNORED; or an incoming one with flags for another type. There is no incoming consumer by secret.
 */
import { json, statusEntity, type Answer, type Incoming } from '../answer.js';
import { isRecord, parseJson, text, type JsonRecord } from '../json-body.js';
import { readPublicKey } from '../public-key.js';
import type { IncomingConsumer, Link } from '../state.js';
import type { LinkingContext } from './context.js';
import { consumerOf, storeConsumer, type TwoLeggedFlags } from './incoming-consumer.js';
import { fetchIncoming } from './local-oauth.js';

const flagsIn = (body: JsonRecord): TwoLeggedFlags => ({
  twoLegged: body.twoLOAllowed === true,
  impersonation: body.twoLOImpersonationAllowed === true,
  executingUser: text(body.executingTwoLOUser),
});

function storeOutgoing(link: Link, body: JsonRecord): string | undefined {
  const [key, name, sharedSecret] = [text(body.key), text(body.name), text(body.sharedSecret)];
  if (!key || !name || !sharedSecret) return 'Key, name and shared secret are required.';
  link.consumer = { key, name, sharedSecret };
  return undefined;
}

function storeIncoming(context: LinkingContext, link: Link, body: JsonRecord): string | undefined {
  const [key, name, publicKeyText] = [text(body.key), text(body.name), text(body.publicKey)];
  if (!key || !publicKeyText) return 'Key and public key are required.';
  if (!name) throw new Error('The name of the consumer is missing.');
  const publicKey = readPublicKey(publicKeyText);
  if (!publicKey) return 'The public key is not an RSA key as X.509 SubjectPublicKeyInfo in Base64.';
  const flags = link.typeId === 'generic' ? { twoLegged: false, impersonation: false } : flagsIn(body);
  const [description, callback] = [text(body.description), text(body.callback)];
  storeConsumer(context.state, link, { key, name, publicKey, description, callback }, flags);
  return undefined;
}

export async function putConsumer(context: LinkingContext, incoming: Incoming): Promise<Answer> {
  const [version = '', id = ''] = incoming.captures;
  const link = context.state.links.get(id);
  if (!link) return statusEntity(404, `No application link has the id ${id}.`);
  const body = parseJson(incoming.body);
  if (!isRecord(body)) return statusEntity(400, 'The body is not a JSON object.');
  const isAutomatic = incoming.query.get('autoConfigure') === 'true';
  const isOutgoing = link.typeId === 'generic' && body.outgoing === true;
  if (isAutomatic) {
    const problem = await fetchIncoming(context, link, flagsIn(body));
    if (problem) return statusEntity(500, problem);
  } else {
    const problem = isOutgoing ? storeOutgoing(link, body) : storeIncoming(context, link, body);
    if (problem) return statusEntity(400, problem);
  }
  const key = (isOutgoing && !isAutomatic ? link.consumer : consumerOf(context.state, link))?.key ?? '';
  const href = `${incoming.base}/rest/applinks-oauth/${version}/applicationlink/${id}/authentication/consumer/${encodeURIComponent(key)}`;
  return json(201, { 'status-code': 201, 'resources-created': [{ href, rel: 'self' }] });
}

const incomingJson = (consumer: IncomingConsumer): unknown => ({
  key: consumer.key,
  name: consumer.name,
  description: consumer.description,
  signatureMethod: 'RSA_SHA1',
  publicKey: consumer.publicKey,
  callback: consumer.callback,
  twoLOAllowed: consumer.twoLegged,
  executingTwoLOUser: consumer.executingUser,
  twoLOImpersonationAllowed: consumer.impersonation,
  outgoing: false,
});

/** The shared secret is never returned. */
export function consumersOf(context: LinkingContext, link: Link): unknown[] {
  const incoming = consumerOf(context.state, link);
  const outgoing = link.consumer && {
    key: link.consumer.key,
    name: link.consumer.name,
    signatureMethod: 'HMAC_SHA1',
    outgoing: true,
  };
  return [...(incoming ? [incomingJson(incoming)] : []), ...(outgoing ? [outgoing] : [])];
}

export function listConsumers(context: LinkingContext, incoming: Incoming): Answer {
  const link = context.state.links.get(incoming.captures[1] ?? '');
  const consumers = link ? consumersOf(context, link) : [];
  return consumers.length > 0 ? json(200, { consumers }) : statusEntity(404, 'This link has no consumer.');
}

/** `GET …/authentication`: consumers and outgoing providers together. */
export function showAuthentication(context: LinkingContext, incoming: Incoming): Answer {
  const link = context.state.links.get(incoming.captures[1] ?? '');
  if (!link) return statusEntity(404, 'No application link has this id.');
  const href = incoming.base + incoming.path;
  const configuredAuthProviders = [...link.providers].map(([provider, config]) => ({ provider, config }));
  return json(200, {
    consumers: consumersOf(context, link),
    configuredAuthProviders,
    link: [{ href, rel: 'self' }],
  });
}
