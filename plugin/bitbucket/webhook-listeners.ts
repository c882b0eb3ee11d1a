/** Who acts on which event. A listener is called at least once for each delivery: again when it, or the process, failed. */
import type { z } from 'zod';
import type { Link } from '../store/store.js';
import {
  webhookSchemas,
  type WebhookEnvelope,
  type WebhookEventKey,
  type WebhookEvents,
} from './webhook-events.js';

export interface DeliveryInfo {
  deliveryId: string;
  eventKey: string;
  link: Link;
  /** 1 at the first time. */
  attempt: number;
  /** Aborted when the listener has taken too long; it is then called again later. */
  signal: AbortSignal;
}

export type WebhookListener<P> = (payload: P, delivery: DeliveryInfo) => unknown;

export interface WebhookListeners {
  on: <K extends WebhookEventKey>(event: K, listener: WebhookListener<WebhookEvents[K]>) => void;
  /** Hears of every event, those that are not known here included. */
  onAny: (listener: WebhookListener<WebhookEnvelope>) => void;
  /** Ends when all have ended; rejects when one did. */
  call(payload: WebhookEnvelope, delivery: DeliveryInfo): Promise<void>;
}

export function createWebhookListeners(): WebhookListeners {
  const listeners: { event: string | undefined; call: WebhookListener<WebhookEnvelope> }[] = [];
  return {
    on: (event, listener) => {
      const schema: z.ZodType<WebhookEvents[typeof event]> = webhookSchemas[event];
      listeners.push({ event, call: (payload, delivery) => listener(schema.parse(payload), delivery) });
    },
    onAny: (listener) => void listeners.push({ event: undefined, call: listener }),
    call: async (payload, delivery) => {
      const mine = listeners.filter(({ event = delivery.eventKey }) => event === delivery.eventKey);
      const outcomes = await Promise.allSettled(
        mine.map(({ call }) => Promise.resolve().then(() => call(payload, delivery))),
      );
      const failed = outcomes.find((outcome) => outcome.status === 'rejected');
      if (failed) throw failed.reason;
    },
  };
}
