/** Webhooks, deliveries and the outbox of the memory store. */
import type { Delivery, DeliveryFilter, DeliveryStore } from './deliveries.js';
import type { OutboxEntry, OutboxStore } from './outbox.js';
import { placeOf, type Webhook, type WebhookStore } from './webhooks.js';

export interface MemoryBitbucket {
  /** By id, each in the order of their making. */
  webhooks: Map<string, Webhook>;
  deliveries: Map<string, Delivery>;
  outbox: Map<string, OutboxEntry>;
  /** Of the links that exist. */
  linkIds: Set<string>;
}

const copies = <T>(values: T[]): Promise<T[]> => Promise.resolve(structuredClone(values));

export function memoryWebhooks({ webhooks, deliveries, linkIds }: MemoryBitbucket): WebhookStore {
  const all = (): Webhook[] => [...webhooks.values()].sort((a, b) => a.createdAtMs - b.createdAtMs);
  const find = (linkId: string, place: string): Webhook | undefined =>
    all().find((webhook) => webhook.linkId === linkId && placeOf(webhook.repository) === place);
  return {
    create: async (webhook) => {
      if (!linkIds.has(webhook.linkId) || find(webhook.linkId, placeOf(webhook.repository)))
        return Promise.resolve(false);
      if (webhooks.has(webhook.id)) throw new Error('This webhook exists already.');
      webhooks.set(webhook.id, structuredClone(webhook));
      return Promise.resolve(true);
    },
    get: (id) => Promise.resolve(structuredClone(webhooks.get(id))),
    find: (linkId, repository) => Promise.resolve(structuredClone(find(linkId, placeOf(repository)))),
    list: (linkId) => copies(all().filter((webhook) => (linkId ?? webhook.linkId) === webhook.linkId)),
    listPlain: () => copies(all().filter(({ repository }) => repository === null)),
    update: (webhook) => {
      const former = webhooks.get(webhook.id);
      if (former?.revision !== webhook.revision) return Promise.resolve(false);
      const { linkId, repository } = former;
      const next = { ...structuredClone(webhook), linkId, repository, revision: webhook.revision + 1 };
      webhooks.set(webhook.id, next);
      return Promise.resolve(true);
    },
    remove: (id) => {
      for (const delivery of deliveries.values())
        if (delivery.webhookId === id) deliveries.delete(delivery.id);
      return Promise.resolve(webhooks.delete(id));
    },
  };
}

export function memoryDeliveries({ deliveries, webhooks }: MemoryBitbucket): DeliveryStore {
  const queued = (): Delivery[] => [...deliveries.values()].filter(({ state }) => state === 'queued');
  const select = (filter: DeliveryFilter): Delivery[] =>
    [...deliveries.values()].filter(
      ({ state, linkId, webhookId }) =>
        (filter.state ?? state) === state &&
        (filter.linkId ?? linkId) === linkId &&
        (filter.webhookId ?? webhookId) === webhookId,
    );
  return {
    put: (delivery) => {
      if (!webhooks.has(delivery.webhookId)) return Promise.resolve('gone');
      const isRepeated = select({ webhookId: delivery.webhookId }).some(
        ({ requestId }) => requestId === delivery.requestId,
      );
      if (!isRepeated) deliveries.set(delivery.id, structuredClone(delivery));
      return Promise.resolve(isRepeated ? 'repeated' : 'queued');
    },
    claim: (nowMs, untilMs) => {
      const seen = new Set<string>();
      const free = queued().find(({ orderKey, dueAtMs }) => {
        const isHead = !seen.has(orderKey);
        seen.add(orderKey);
        return isHead && dueAtMs <= nowMs;
      });
      if (free) Object.assign(free, { attempts: free.attempts + 1, dueAtMs: untilMs });
      return Promise.resolve(structuredClone(free));
    },
    settle: (id, attempts, outcome) => {
      const delivery = deliveries.get(id);
      if (delivery?.state !== 'queued' || delivery.attempts !== attempts) return Promise.resolve(false);
      delivery.state = outcome.state;
      delivery.lastError = outcome.state === 'done' ? null : outcome.error;
      if (outcome.state === 'queued') delivery.dueAtMs = outcome.dueAtMs;
      else delivery.expiresAtMs = outcome.expiresAtMs;
      if (outcome.state === 'done') delivery.payload = '';
      return Promise.resolve(true);
    },
    replay: (id, nowMs) => {
      const delivery = deliveries.get(id);
      if (delivery?.state !== 'dead') return Promise.resolve(false);
      Object.assign(delivery, { state: 'queued', attempts: 0, dueAtMs: nowMs, expiresAtMs: null });
      return Promise.resolve(true);
    },
    get: (id) => Promise.resolve(structuredClone(deliveries.get(id))),
    list: (filter, { limit, offset }) =>
      copies(
        select(filter)
          .reverse()
          .slice(offset, offset + limit),
      ),
  };
}

export function memoryOutbox({ outbox, linkIds }: MemoryBitbucket): OutboxStore {
  const claimOf = ({ id, attempts }: OutboxEntry): OutboxEntry | undefined => {
    const entry = outbox.get(id);
    return entry?.attempts === attempts ? entry : undefined;
  };
  return {
    put: (entry) => {
      if (!linkIds.has(entry.linkId)) return Promise.resolve(false);
      const former = [...outbox.values()].find(
        ({ linkId, slot }) => linkId === entry.linkId && slot === entry.slot,
      );
      if (former) {
        const { document, queuedAtMs } = entry;
        Object.assign(former, { document, queuedAtMs, revision: former.revision + 1 });
      } else outbox.set(entry.id, structuredClone(entry));
      return Promise.resolve(true);
    },
    claim: (nowMs, untilMs) => {
      const [next] = [...outbox.values()]
        .filter(({ dueAtMs }) => dueAtMs <= nowMs)
        .sort((a, b) => a.dueAtMs - b.dueAtMs);
      if (next) Object.assign(next, { attempts: next.attempts + 1, dueAtMs: untilMs });
      return Promise.resolve(structuredClone(next));
    },
    finish: (claimed, nowMs) => {
      const entry = claimOf(claimed);
      if (!entry) return Promise.resolve(false);
      if (entry.revision === claimed.revision) outbox.delete(entry.id);
      else Object.assign(entry, { dueAtMs: nowMs, lastError: null });
      return Promise.resolve(true);
    },
    retry: (claimed, dueAtMs, lastError) => {
      const entry = claimOf(claimed);
      if (entry) Object.assign(entry, { dueAtMs, lastError });
      return Promise.resolve(entry !== undefined);
    },
    holdBack: (linkId, untilMs) => {
      for (const entry of outbox.values())
        if (entry.linkId === linkId) entry.dueAtMs = Math.max(entry.dueAtMs, untilMs);
      return Promise.resolve();
    },
    list: (linkId, { limit, offset }) => {
      const found = [...outbox.values()]
        .filter((entry) => (linkId ?? entry.linkId) === entry.linkId)
        .sort((a, b) => a.queuedAtMs - b.queuedAtMs || (a.id < b.id ? -1 : 1));
      return copies(found.slice(offset, offset + limit));
    },
  };
}
