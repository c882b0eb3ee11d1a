/**
 * What is to be told of an account that was connected by OAuth 2.0, and how it is taken back at the peer (RFC 7009;
 * oauth2.md 2.6; part 7, row 24): with the refresh token and without a hint, for five seconds and no longer. Atlassian's
 * cloud has no endpoint for it.
 */
import type { Context } from '../../context.js';
import { ApplinksError } from '../../errors.js';
import type { Grant } from '../../store/outgoing.js';
import type { Connection, Link } from '../../store/store.js';
import type { Transport } from '../transport.js';
import type { GrantDocument } from './grant-document.js';
import { createGrantSeal } from './grant-seal.js';
import { clientMark, connectionMark, describePeer, peerOf } from './peer.js';
import { missingScopes } from './scopes.js';
import { createOAuth2TokenRequests } from './token-requests.js';

export interface OAuth2Account {
  /** The user's name at the peer; null: it did not say. */
  account: string | null;
  scopes: string[];
  /** Of the connection, but not granted: connecting again asks for them. */
  lacking: string[];
  expiresAtMs: number | null;
  /**
   * Why it is not used or renewed: `credentials`: client ID or secret are refused, until an administrator corrects them ·
   * `other_client`: it was given to another client or server, so the user has to connect again · `temporary`: later.
   */
  trouble: { reason: 'credentials' | 'other_client' | 'temporary'; message: string } | null;
  /** Where the user takes it back themselves, since the peer has no endpoint for that; null: we do it. */
  revokeHint: string | null;
}

export interface OAuth2Accounts {
  /** Undefined for a grant of another protocol. */
  describe(link: Link, grant: Grant): OAuth2Account | undefined;
  /** Never throws: our copy is gone in any case. */
  revoke(link: Link, grant: Grant): Promise<void>;
}

export function createOAuth2Accounts(context: Context, transport: Transport): OAuth2Accounts {
  const requests = createOAuth2TokenRequests(transport);
  const { opened } = createGrantSeal(context);
  const connectionOf = ({ outgoing }: Link, { connectionId }: Grant): Connection | undefined =>
    outgoing.find(({ id, kind }) => id === connectionId && kind === 'oauth2');
  return {
    describe: (link, grant) => {
      const connection = connectionOf(link, grant);
      if (!connection) return undefined;
      const { preset, settings, missing } = describePeer(context, link, connection);
      const document = readable(() => opened(grant).document);
      const peer = missing.length === 0 ? readable(() => peerOf(context, link, connection)) : undefined;
      return {
        account: document?.identity?.displayName ?? null,
        scopes: document?.scopes ?? [],
        lacking: document ? missingScopes(preset.scopes, document.scopes, settings.scopes) : [],
        expiresAtMs: grant.expiresAtMs,
        trouble: document && peer ? troubleOf(document, clientMark(peer), connectionMark(connection)) : null,
        revokeHint:
          preset.kind === 'cloud'
            ? 'To take it back there too, open your Atlassian account → Connected apps.'
            : null,
      };
    },
    revoke: async (link, grant) => {
      const connection = connectionOf(link, grant);
      if (!connection) return;
      try {
        const { refreshToken, accessToken } = opened(grant).document;
        await requests.revoke(peerOf(context, link, connection), refreshToken ?? accessToken);
      } catch (error) {
        const code = error instanceof ApplinksError ? error.code : 'internal_error';
        const fields = { linkId: link.id, code, reason: error instanceof Error ? error.message : '' };
        context.config.logger.warn(fields, 'express-applinks: a grant was not revoked at the peer');
      }
    },
  };
}

function troubleOf(
  { client, pause }: GrantDocument,
  clientNow: string,
  connectionNow: string,
): OAuth2Account['trouble'] {
  if (client !== clientNow)
    return { reason: 'other_client', message: 'It was given to another client ID or another server.' };
  if (pause === null || (pause.reason === 'credentials' && pause.connection !== connectionNow)) return null;
  return { reason: pause.reason, message: pause.message };
}

/** A grant whose key is gone can still be listed and disconnected. */
function readable<T>(open: () => T): T | undefined {
  try {
    return open();
  } catch {
    return undefined;
  }
}
