/**
 * The renewal of one grant by its one claimant (oauth2.md 2.5; part 7, rows 14 to 19). Each refresh kills the former pair at
 * the peer, so the new one is written before it is used, a write that fails is tried again, and an answer that was lost
 * is asked for once more with the same token. A peer that is down is left alone for a while, by all processes.
 */
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../../context.js';
import { PeerRefused, PeerUnreachable } from '../../errors.js';
import type { Grant } from '../../store/outgoing.js';
import type { GrantKeeping } from '../grant-keeping.js';
import type { GrantDocument, Pause } from './grant-document.js';
import type { GrantPlace, OpenOAuth2Grant } from './grant-place.js';
import type { GrantSeal } from './grant-seal.js';
import { noteLost } from './lost-note.js';
import { clientMark, connectionMark } from './peer.js';
import { verdictOf } from './refresh-verdict.js';
import type { IssuedTokens } from './token-answer.js';
import { TokenRefused } from './token-refused.js';
import type { OAuth2TokenRequests } from './token-requests.js';

/** Undefined: the grant is gone; null: others changed or removed it meanwhile. */
type Renewed = OpenOAuth2Grant | undefined | null;

export interface GrantRenewal {
  /** @param refused the access token that the peer did not count, when that is why. @throws PeerRefused, PeerUnreachable */
  renew: (place: GrantPlace, grant: Grant, refused: string | undefined) => Promise<Renewed>;
  /** Tries a write of tokens again: they exist nowhere else. */
  write: (linkId: string, update: () => Promise<boolean>) => Promise<boolean>;
}

const lockPauseMs = 2000;
const writePausesMs = [100, 500, 2000];
const longestPauseSeconds = 60;

export function createGrantRenewal(
  context: Context,
  requests: OAuth2TokenRequests,
  { forget, isExpired }: GrantKeeping,
  { opened, withDocument }: GrantSeal,
): GrantRenewal {
  const { store, config, events } = context;

  /** The tokens exist nowhere else now: a store that is away for a moment must not cost them. */
  const write = async (linkId: string, update: () => Promise<boolean>): Promise<boolean> => {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await update();
      } catch (error) {
        const pauseMs = writePausesMs[attempt];
        if (pauseMs === undefined) {
          events.emit('connection.failed', { linkId, problem: 'renewal_not_stored' });
          config.logger.error({ err: error, linkId }, 'express-applinks: renewed tokens could not be stored');
          throw error;
        }
        await sleep(pauseMs);
      }
    }
  };

  const renewed = async (
    { peer, link, userId }: GrantPlace,
    { grant, document }: OpenOAuth2Grant,
    issued: IssuedTokens,
    askedAtMs: number,
  ): Promise<Renewed> => {
    const next: GrantDocument = {
      ...document,
      accessToken: issued.accessToken,
      refreshToken: issued.refreshToken ?? document.refreshToken,
      previous: { accessToken: document.accessToken, refreshToken: document.refreshToken },
      scopes: issued.scopes ?? document.scopes,
      client: clientMark(peer),
      obtainedAtMs: askedAtMs,
      pause: null,
    };
    const expiresAtMs = askedAtMs + issued.expiresInSeconds * 1000;
    const changed = { ...withDocument(grant, next), expiresAtMs };
    if (await write(link.id, () => store.grants.update(changed))) {
      events.emit('grant.renewed', { linkId: link.id, userId });
      return { grant: { ...changed, revision: grant.revision + 1 }, document: next };
    }
    // Connected anew, renewed by another process or disconnected meanwhile: what is stored counts.
    return null;
  };

  /** Ends the claim, and says from when on another try makes sense. */
  const pause = async (
    { connection }: GrantPlace,
    { grant, document }: OpenOAuth2Grant,
    reason: Pause['reason'],
    error: unknown,
  ): Promise<void> => {
    const failures = (document.pause?.failures ?? 0) + 1;
    const refusal = error instanceof PeerRefused ? error : undefined;
    const problem = refusal?.problem;
    const wantedSeconds = error instanceof TokenRefused ? error.retryAfterSeconds : 0;
    const seconds = Math.max(wantedSeconds, Math.min(2 ** (failures - 1), longestPauseSeconds));
    const waiting: Pause = {
      reason,
      failures,
      untilMs: config.clock() + seconds * 1000 + randomInt(500),
      connection: connectionMark(connection),
      status: refusal?.peerStatus ?? 502,
      ...(problem === undefined ? {} : { problem }),
      message: error instanceof Error ? error.message : 'It could not be renewed.',
    };
    await store.grants.update(withDocument(grant, { ...document, pause: waiting }));
  };

  /** The caller has claimed the renewal. */
  const ask = async (
    place: GrantPlace,
    now: OpenOAuth2Grant,
    request: () => Promise<IssuedTokens>,
    isForced: boolean,
  ): Promise<Renewed> => {
    for (let isSecondTry = false; ; isSecondTry = true) {
      const askedAtMs = config.clock();
      const outcome = await request().then(
        (issued) => ({ issued }),
        (error: unknown) => ({ error }),
      );
      if ('issued' in outcome) return renewed(place, now, outcome.issued, askedAtMs);
      const { error } = outcome;
      if (!(error instanceof PeerRefused) && !(error instanceof PeerUnreachable)) throw error;
      const verdict = verdictOf(error, place.peer, now.document.refreshToken, isSecondTry);
      if (verdict === 'locked') await sleep(lockPauseMs);
      if (verdict === 'locked' || verdict === 'again') continue;
      if (verdict === 'lost') return lost(now, error);
      await pause(place, now, verdict, error);
      if (!isForced && !isExpired(now.grant)) return now;
      throw error;
    }
  };

  /** Unless another process has renewed it: then this one's token was the old one. */
  const lost = async ({ grant }: OpenOAuth2Grant, error: Error): Promise<Renewed> => {
    const reason = error instanceof PeerRefused ? (error.problem ?? 'refused') : 'refused';
    if (!(await forget(grant, reason))) return null;
    await noteLost(context, grant, error.message);
    return undefined;
  };

  return {
    write,
    renew: async (place, grant, refused) => {
      const now = opened(grant);
      const { refreshToken } = now.document;
      const isForced = refused !== undefined;
      if (place.userId === null)
        return ask(place, now, () => requests.clientCredentials(place.peer, place.peer.scopes), isForced);
      if (refreshToken !== null)
        return ask(place, now, () => requests.refresh(place.peer, refreshToken), isForced);
      return (await forget(grant, isForced ? 'refused' : 'expired')) ? undefined : null;
    },
  };
}
