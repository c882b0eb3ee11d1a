/**
 * The outbox: what Bitbucket is still to be told, build statuses and deployments (jenkins-integration.md C4, C8). Part of
 * the contract of every store; the rules of store.ts hold here too. One entry per thing that has a state, so that order
 * is kept and a newer state takes the place of an unsent one.
 */
import type { Page } from './outgoing.js';

export interface OutboxEntry {
  id: string;
  linkId: string;
  /** Names what the state is of, such as one key on one commit; unique for the link. */
  slot: string;
  kind: string;
  /** What to tell, as JSON. */
  document: string;
  /** Grows by one with each newer state. */
  revision: number;
  /** How often it was claimed; also tells the claims apart. */
  attempts: number;
  /** When it may be claimed; while it is claimed, when that claim ends. */
  dueAtMs: number;
  /** When the present state was put. */
  queuedAtMs: number;
  /** Why the latest attempt failed. */
  lastError: string | null;
}

export interface OutboxStore {
  /**
   * Stores it, or puts its document and `queuedAtMs` in the place of those of the entry of the same link and slot, whose
   * other values stay. False, and nothing stored, when the link is gone.
   */
  put(entry: OutboxEntry): Promise<boolean>;
  /** Gives the one that is due for longest to one caller, whose claim ends at `untilMs`, and counts the attempt. */
  claim(nowMs: number, untilMs: number): Promise<OutboxEntry | undefined>;
  /**
   * Ends the claim: the entry goes, unless a newer state was put meanwhile, which is then due at `nowMs`. False, and no change, when the claim is no longer this one.
   */
  finish(claimed: OutboxEntry, nowMs: number): Promise<boolean>;
  /** Ends the claim, to be claimed again from `dueAtMs` on; false, and no change, when the claim is no longer this one. */
  retry(claimed: OutboxEntry, dueAtMs: number, error: string): Promise<boolean>;
  /** Nothing of this link is due before `untilMs`. */
  holdBack(linkId: string, untilMs: number): Promise<void>;
  /** Oldest state first; without a link those of all. */
  list(linkId: string | undefined, page: Page): Promise<OutboxEntry[]>;
}
