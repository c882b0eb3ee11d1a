/**
 * Tells Bitbucket what waits in the outbox, in the name that the host chose, until it is told or given up: with growing
 * pauses, and all of a server at once where it is away or asks for patience (JENKINS-66539). Nothing of it ever reaches
 * a build.
 */
import type { PeerFetch } from '../consumer/link-client.js';
import type { Context } from '../context.js';
import type { OutboxEntry } from '../store/outbox.js';
import { waitMs, type Backoff } from './backoff.js';
import { inTime } from './in-time.js';
import { inLanes } from './lanes.js';
import { jsonCall } from './rest.js';
import { judgeAnswer, judgeFailure, type Verdict } from './verdict.js';

export interface Message {
  path: string;
  body: object;
  headers?: Record<string, string>;
}

/** What an entry is about, and how it is told. */
export interface Sending {
  projectKey: string;
  repositorySlug: string;
  /** For events and the log. */
  about: { linkId: string; commit: string; key: string; state: string };
  event: 'build_status' | 'deployment';
  /** A sentence when it cannot be told to this server, ever. @throws what `fetch` throws */
  compose(fetch: PeerFetch): Promise<Message | string>;
}

export interface OutboxSenderDependencies {
  context: Context;
  giveUpAfterMs: number;
  /** Undefined for a document that cannot be read, as one of newer code. */
  read: (entry: OutboxEntry) => Sending | undefined;
  credentialFor: (target: {
    linkId: string;
    projectKey: string;
    repositorySlug: string;
  }) => Promise<PeerFetch>;
}

const backoff: Backoff = { firstMs: 5000, longestMs: 10 * 60_000 };
const callTimeoutMs = 20_000;
/** Longer than the calls for one entry take: its capabilities and itself. */
const claimMs = 6 * callTimeoutMs;
/** Newer code, in another process, may have written it. */
const unreadable: Verdict = { kind: 'later', reason: 'This process cannot read it.', isAway: false };

export function createOutboxSender({
  context: {
    store,
    events,
    config: { clock, logger },
  },
  giveUpAfterMs,
  read,
  credentialFor,
}: OutboxSenderDependencies): (signal: AbortSignal) => Promise<void> {
  const tell = async ({ linkId }: OutboxEntry, sending: Sending | undefined): Promise<Verdict> => {
    if (!sending) return unreadable;
    try {
      const { projectKey, repositorySlug } = sending;
      const call = await credentialFor({ linkId, projectKey, repositorySlug });
      const fetch: PeerFetch = (path, init) =>
        inTime(callTimeoutMs, (signal) => call(path, { ...init, signal }));
      const message = await sending.compose(fetch);
      if (typeof message === 'string') return { kind: 'refused', reason: message };
      const post = jsonCall('POST', message.body);
      const answer = await fetch(message.path, {
        ...post,
        headers: { ...post.headers, ...message.headers },
      });
      return await judgeAnswer(answer, clock());
    } catch (error) {
      return judgeFailure(error);
    }
  };

  const giveUp = async (entry: OutboxEntry, sending: Sending | undefined, reason: string): Promise<void> => {
    await store.outbox.finish(entry, clock());
    const { linkId, slot } = entry;
    logger.warn({ linkId, slot, reason }, 'express-applinks: Bitbucket was not told a state; given up');
    if (sending) events.emit(`${sending.event}.given_up`, { ...sending.about, reason });
  };

  const later = async (entry: OutboxEntry, verdict: Verdict & { kind: 'later' }): Promise<void> => {
    const dueAtMs = clock() + (verdict.waitMs ?? waitMs(backoff, entry.attempts));
    await store.outbox.retry(entry, dueAtMs, verdict.reason);
    if (verdict.isAway) await store.outbox.holdBack(entry.linkId, dueAtMs);
  };

  const step = async (): Promise<boolean> => {
    const nowMs = clock();
    const entry = await store.outbox.claim(nowMs, nowMs + claimMs);
    if (!entry) return false;
    const sending = read(entry);
    const verdict = await tell(entry, sending);
    if (verdict.kind === 'told') {
      await store.outbox.finish(entry, clock());
      if (sending) events.emit(`${sending.event}.posted`, sending.about);
    } else if (verdict.kind === 'refused' || clock() - entry.queuedAtMs >= giveUpAfterMs)
      await giveUp(entry, sending, verdict.reason);
    else await later(entry, verdict);
    return true;
  };

  return (signal) => inLanes(signal, step);
}
