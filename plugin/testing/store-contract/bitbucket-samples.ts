/** Complete records of what Bitbucket sends and is told; each call makes new ids. */
import { randomUUID } from 'node:crypto';
import type { Delivery } from '../../store/deliveries.js';
import type { OutboxEntry } from '../../store/outbox.js';
import type { Link, Store } from '../../store/store.js';
import type { Webhook } from '../../store/webhooks.js';
import { nowMs, storedLink } from './samples.js';

export function newWebhook(link: Link, changes: Partial<Webhook> = {}): Webhook {
  return {
    id: randomUUID(),
    linkId: link.id,
    repository: { projectKey: 'SHOP', repositorySlug: 'widget' },
    name: 'Sample CI ü',
    remoteId: null,
    events: ['repo:refs_changed', 'pr:opened'],
    secrets: [
      { sealed: 'v1.new', untilMs: null },
      { sealed: 'v1.old', untilMs: nowMs },
    ],
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    revision: 0,
    ...changes,
  };
}

export async function storedWebhook(store: Store, changes: Partial<Webhook> = {}): Promise<Webhook> {
  const webhook = newWebhook(await storedLink(store), changes);
  if (!(await store.webhooks.create(webhook))) throw new Error('The webhook was not stored.');
  return webhook;
}

export function newDelivery(webhook: Webhook, changes: Partial<Delivery> = {}): Delivery {
  return {
    id: randomUUID(),
    webhookId: webhook.id,
    linkId: webhook.linkId,
    requestId: randomUUID(),
    eventKey: 'repo:refs_changed',
    orderKey: `${webhook.linkId} shop/widget`,
    payload: '{"eventKey":"repo:refs_changed","text":"ü"}',
    state: 'queued',
    attempts: 0,
    dueAtMs: nowMs,
    receivedAtMs: nowMs,
    lastError: null,
    expiresAtMs: null,
    ...changes,
  };
}

export function newOutboxEntry(link: Link, changes: Partial<OutboxEntry> = {}): OutboxEntry {
  return {
    id: randomUUID(),
    linkId: link.id,
    slot: `build ${randomUUID()}`,
    kind: 'build',
    document: '{"state":"INPROGRESS","name":"ü"}',
    revision: 0,
    attempts: 0,
    dueAtMs: nowMs,
    queuedAtMs: nowMs,
    lastError: null,
    ...changes,
  };
}
