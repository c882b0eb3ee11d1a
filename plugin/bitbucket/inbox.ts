/**
 * Acts on what webhooks delivered (jenkins-integration.md part G, "Webhook replay and ordering"): each delivery is given
 * to its listeners until they succeed, with growing pauses, in order for each repository; what never succeeds becomes a
 * dead letter, so that it blocks nobody and an administrator can look at it and replay it.
 */
import type { Context } from '../context.js';
import type { Delivery } from '../store/deliveries.js';
import { waitMs, type Backoff } from './backoff.js';
import { inTime } from './in-time.js';
import { inLanes } from './lanes.js';
import type { BitbucketConfig } from './options.js';
import { sentence } from './sentence.js';
import { readWebhook } from './webhook-events.js';
import type { WebhookListeners } from './webhook-listeners.js';

const backoff: Backoff = { firstMs: 1000, longestMs: 5 * 60_000 };
/** A claim outlives the time that listeners have, so that nobody else begins meanwhile. */
const claimExtraMs = 10_000;

export function createInbox(
  { store, events, config: { clock, logger } }: Context,
  { webhooks: limits }: BitbucketConfig,
  listeners: WebhookListeners,
): (signal: AbortSignal) => Promise<void> {
  const act = async (delivery: Delivery): Promise<void> => {
    const { id: deliveryId, eventKey, attempts: attempt } = delivery;
    if (attempt > limits.mostAttempts) throw new Error('The process ended during the last attempt.');
    const link = await store.links.get(delivery.linkId);
    if (!link) return;
    const payload = readWebhook(eventKey, delivery.payload);
    // One that hangs must not keep all that comes after it from being acted on.
    await inTime(limits.listenerTimeoutMs, (signal) =>
      listeners.call(payload, { deliveryId, eventKey, link, attempt, signal }),
    );
  };

  const failed = async (delivery: Delivery, cause: unknown): Promise<void> => {
    const { id: deliveryId, linkId, webhookId, eventKey, attempts: attempt } = delivery;
    const isDead = attempt >= limits.mostAttempts;
    logger.warn({ err: cause, deliveryId, eventKey, attempt }, 'express-applinks: a webhook listener failed');
    const error = sentence(cause);
    const outcome = isDead
      ? ({ state: 'dead', expiresAtMs: clock() + limits.keepDeadMs, error } as const)
      : ({ state: 'queued', dueAtMs: clock() + waitMs(backoff, attempt), error } as const);
    await store.deliveries.settle(deliveryId, attempt, outcome);
    events.emit('webhook.failed', { linkId, webhookId, deliveryId, eventKey, attempt, isDead });
  };

  const step = async (): Promise<boolean> => {
    const nowMs = clock();
    const delivery = await store.deliveries.claim(nowMs, nowMs + limits.listenerTimeoutMs + claimExtraMs);
    if (!delivery) return false;
    try {
      await act(delivery);
    } catch (error) {
      await failed(delivery, error);
      return true;
    }
    const done = { state: 'done', expiresAtMs: clock() + limits.rememberMs } as const;
    await store.deliveries.settle(delivery.id, delivery.attempts, done);
    return true;
  };

  return (signal) => inLanes(signal, step);
}
