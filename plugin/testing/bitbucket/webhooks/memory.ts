/** All webhooks, the log of their deliveries, and what is still under way. */
import { createKeyedLocks, type KeyedLocks } from '../keyed-locks.js';
import type { Delivery, Webhook } from './webhook.js';

export interface WebhookSwitches {
  /** Gives secrets back when hooks are read, as older versions do. Off: they are left out. */
  showsSecrets: boolean;
  /** Sends no `X-Hub-Signature` although there is a secret. Off. */
  omitsSignature: boolean;
  /** Leaves `links` and `actor` out of payloads, as older versions do. Off. */
  omitsLinksAndActor: boolean;
  /** How long an answer is waited for. 5000. */
  timeoutMs: number;
}

export interface WebhookMemory {
  hooks: Webhook[];
  /** Oldest first. */
  deliveries: Delivery[];
  /** What waits for release(); undefined: nothing is held back. */
  held: (() => void)[] | undefined;
  /** Per webhook: deliveries arrive in order. */
  lanes: KeyedLocks;
  underWay: Set<Promise<void>>;
  lastId: number;
  switches: WebhookSwitches;
}

export const createWebhookMemory = (): WebhookMemory => ({
  hooks: [],
  deliveries: [],
  held: undefined,
  lanes: createKeyedLocks(),
  underWay: new Set(),
  lastId: 0,
  switches: { showsSecrets: false, omitsSignature: false, omitsLinksAndActor: false, timeoutMs: 5000 },
});
