/**
 * Tokens that peers granted us by OAuth 2.0: sealed when stored, opened when used, renewed before they expire or when the
 * peer treats them as nobody's, by one process at a time (oauth2.md part 7, rows 14 and 15). Tokens of another client or
 * server, as after a change of the link's address, are sent to nobody.
 */
import { randomInt, randomUUID } from 'node:crypto';
import type { Context } from '../../context.js';
import { PeerRefused } from '../../errors.js';
import type { Grant } from '../../store/outgoing.js';
import { createGrantKeeping, renewAheadMs } from '../grant-keeping.js';
import type { GrantDocument } from './grant-document.js';
import type { GrantPlace, OpenOAuth2Grant } from './grant-place.js';
import { createGrantRenewal } from './grant-renewal.js';
import { createGrantSeal } from './grant-seal.js';
import { createAskForOwn } from './own-token.js';
import { clientMark, connectionMark } from './peer.js';
import type { IssuedTokens } from './token-answer.js';
import type { OAuth2TokenRequests } from './token-requests.js';

export type NewGrant = Pick<GrantDocument, 'scopes' | 'identity' | 'formerIdentity' | 'cloudId'> & {
  issued: IssuedTokens;
  /** Time before the request for it was sent. */
  askedAtMs: number;
};

export interface OAuth2Grants {
  /** Takes the place of the former one. False: the connection was deleted meanwhile. */
  save(place: GrantPlace, granted: NewGrant): Promise<boolean>;
  /** As stored, without a renewal; undefined when there is none, or it is another client's. */
  look(place: GrantPlace): Promise<OpenOAuth2Grant | undefined>;
  /**
   * Fresh tokens; undefined when the user must connect (again).
   * @param refused an access token that the peer did not count: it is not used again
   * @throws PeerRefused, PeerUnreachable when it cannot be renewed now
   */
  open(place: GrantPlace, refused?: string): Promise<OpenOAuth2Grant | undefined>;
}

const jitterMs = 30_000;
/** Longer than two requests and the pause between them (token-requests.ts). */
const renewalTakesMs = 30_000;

export function createOAuth2Grants(context: Context, requests: OAuth2TokenRequests): OAuth2Grants {
  const { store, config, events } = context;
  const keeping = createGrantKeeping(context, renewalTakesMs);
  const { inTurn, isExpired } = keeping;
  const seal = createGrantSeal(context);
  const { opened, withDocument } = seal;
  const renewal = createGrantRenewal(context, requests, keeping, seal);

  const isUsable = ({ grant, document }: OpenOAuth2Grant, refused: string | undefined): boolean => {
    if (document.accessToken === refused) return false;
    const { expiresAtMs, userId } = grant;
    if (expiresAtMs === null) return true;
    if (document.refreshToken === null && userId !== null) return !isExpired(grant);
    // A token that lives for a minute only is not renewed at every call.
    const halfMs = (expiresAtMs - document.obtainedAtMs) / 2;
    return expiresAtMs - Math.min(renewAheadMs + randomInt(jitterMs), halfMs) > config.clock();
  };

  /** A renewal that failed a moment ago, or will fail until somebody acts, is not tried: its failure is told again. */
  const paused = (place: GrantPlace, { document }: OpenOAuth2Grant): PeerRefused | undefined => {
    const { pause: waiting } = document;
    if (waiting === null) return undefined;
    const holds =
      waiting.reason === 'credentials'
        ? waiting.connection === connectionMark(place.connection)
        : waiting.untilMs > config.clock();
    const { status, problem, message } = waiting;
    return holds ? new PeerRefused({ status, problem, explanation: message }) : undefined;
  };

  const isOfThisClient = (place: GrantPlace, { document }: OpenOAuth2Grant): boolean =>
    document.client === clientMark(place.peer);

  const look: OAuth2Grants['look'] = async (place) => {
    const grant = await store.grants.get(place.connection.id, place.userId);
    const now = grant && opened(grant);
    return now && isOfThisClient(place, now) ? now : undefined;
  };

  const save: OAuth2Grants['save'] = async (place, { issued, askedAtMs, ...granted }) => {
    const { link, connection, peer, userId } = place;
    const empty: Grant = {
      id: randomUUID(),
      linkId: link.id,
      connectionId: connection.id,
      userId,
      sealedDocument: '',
      expiresAtMs: askedAtMs + issued.expiresInSeconds * 1000,
      sessionExpiresAtMs: null,
      createdAtMs: config.clock(),
      lastUsedAtMs: null,
      renewalUntilMs: null,
      revision: 0,
    };
    const grant = withDocument(empty, {
      ...granted,
      accessToken: issued.accessToken,
      refreshToken: issued.refreshToken,
      previous: null,
      client: clientMark(peer),
      obtainedAtMs: askedAtMs,
      pause: null,
    });
    if (!(await renewal.write(link.id, () => store.grants.put(grant)))) return false;
    events.emit('grant.created', { linkId: link.id, userId });
    return true;
  };

  /** The first token of the application itself, or the first one of this client. */
  const askForOwn = createAskForOwn(config.clock, async (place) => {
    const askedAtMs = config.clock();
    const issued = await requests.clientCredentials(place.peer, place.peer.scopes);
    const scopes = issued.scopes ?? place.peer.scopes;
    const none = { identity: null, formerIdentity: null, cloudId: null };
    await save(place, { issued, askedAtMs, scopes, ...none });
    return look(place);
  });

  return {
    save,
    look,
    open: async (place, refused) => {
      const known = await look(place);
      if (!known) return place.userId === null ? askForOwn(place) : undefined;
      return inTurn({
        connectionId: place.connection.id,
        userId: place.userId,
        use: (grant, isAwaited) => {
          const now = opened(grant);
          const isRenewed = isAwaited && now.document.accessToken !== refused && !isExpired(grant);
          if (isRenewed || isUsable(now, refused)) return now;
          const failure = paused(place, now);
          if (failure === undefined) return undefined;
          if (now.document.accessToken !== refused && !isExpired(grant)) return now;
          throw failure;
        },
        renew: (grant) => renewal.renew(place, grant, refused),
        giveUp: opened,
      });
    },
  };
}
