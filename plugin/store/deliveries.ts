/**
 * The inbox: what webhooks delivered, until it has been acted on (jenkins-integration.md C3, part G "Webhook replay and
 * ordering"). Part of the contract of every store; the rules of store.ts hold here too. A delivery that is done leaves a
 * mark until it expires, so that a repeat is recognised.
 */
import type { Page } from './outgoing.js';

export type DeliveryState = 'queued' | 'done' | 'dead';

export interface Delivery {
  id: string;
  webhookId: string;
  linkId: string;
  /** `X-Request-Id`; unique for its webhook. */
  requestId: string;
  eventKey: string;
  /** Deliveries with the same one are acted on in the order in which they were stored, one at a time. */
  orderKey: string;
  /** As it came; emptied when it is done. */
  payload: string;
  state: DeliveryState;
  /** How often it was claimed; also tells the claims apart. */
  attempts: number;
  /** When it may be claimed; while it is claimed, when that claim ends. */
  dueAtMs: number;
  receivedAtMs: number;
  /** Why the latest attempt failed. */
  lastError: string | null;
  /** When what is no longer queued may be forgotten; null while it is queued. */
  expiresAtMs: number | null;
}

export type DeliveryOutcome =
  | { state: 'done'; expiresAtMs: number }
  | { state: 'queued'; dueAtMs: number; error: string }
  | { state: 'dead'; expiresAtMs: number; error: string };

export interface DeliveryFilter {
  state?: DeliveryState;
  linkId?: string;
  webhookId?: string;
}

export interface DeliveryStore {
  /** Stored to be acted on, or not, because its webhook has delivered it before (`repeated`) or is gone. */
  put(delivery: Delivery): Promise<'queued' | 'repeated' | 'gone'>;
  /**
   * Gives the oldest that is due to one caller, whose claim ends at `untilMs`, and counts the attempt. Never one while
   * another of the same order key is before it in the queue or claimed.
   */
  claim(nowMs: number, untilMs: number): Promise<Delivery | undefined>;
  /** Ends the claim; false, and no change, when it is no longer the claim with this number of attempts. */
  settle(id: string, attempts: number, outcome: DeliveryOutcome): Promise<boolean>;
  /** Queues a dead one again, with no attempt counted; true for exactly one caller. */
  replay(id: string, nowMs: number): Promise<boolean>;
  get(id: string): Promise<Delivery | undefined>;
  /** Newest first. */
  list(filter: DeliveryFilter, page: Page): Promise<Delivery[]>;
}
