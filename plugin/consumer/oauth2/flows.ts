/**
 * One authorisation by OAuth 2.0 from the redirect to the grant (RFC 6749 section 4.1 with PKCE; oauth2.md part 7). State,
 * verifier, scopes, issuer and the settings of that moment lie sealed in the transaction, never in the browser.
 */
import type { Request } from 'express';
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Context } from '../../context.js';
import { InvalidInput, PeerUnreachable } from '../../errors.js';
import type { HostUser } from '../../host.js';
import type { Connection, Link } from '../../store/store.js';
import {
  linkGone,
  transactionKey,
  type Beginning,
  type Claimed,
  type Transactions,
} from '../transactions.js';
import { gatewayBase, type ChooseSite } from './cloud-sites.js';
import { noteFlow } from './flow-note.js';
import type { GrantPlace } from './grant-place.js';
import type { OAuth2Grants } from './grants.js';
import type { AskIdentity, IdentityAnswer } from './identity.js';
import type { MetadataReader } from './metadata.js';
import { runOAuth2, type OAuth2Leg } from './oauth2-strategy.js';
import { connectionMark, peerOf, type OAuth2Peer } from './peer.js';
import { missingScopes, narrowest } from './scopes.js';
import type { OAuth2TokenRequests } from './token-requests.js';

export const flowDocumentSchema = z.object({
  verifier: z.string().nullable(),
  returnTo: z.string().nullable(),
  scopes: z.array(z.string()),
  redirectUri: z.string(),
  /** Who must have answered, as far as it is known. */
  issuer: z.string().nullable(),
  isIssRequired: z.boolean(),
  /** Mark of the connection as it was. */
  connection: z.string(),
});

export type ClaimedFlow = Claimed<z.output<typeof flowDocumentSchema>>;

export interface OAuth2Beginning extends Beginning {
  /** Wanted besides what is granted already; empty: all that the client is registered for. */
  scopes: readonly string[];
}

export interface OAuth2Flows {
  /** What would be asked for. @throws InvalidInput for scopes that the client is not registered for */
  scopesOf(
    link: Link,
    connection: Connection,
    user: HostUser,
    wanted: readonly string[],
  ): Promise<{ peer: OAuth2Peer; scopes: string[] }>;
  /** Where to send the browser, and the transaction's name. @throws ApplinksError, InvalidInput */
  begin(req: Request, beginning: OAuth2Beginning): Promise<{ redirectTo: string; key: string }>;
  claim(link: Link, user: HostUser, cookie: string, state: string): Promise<ClaimedFlow | undefined>;
  /** @throws PeerRefused, PeerUnreachable, ApplinksError */
  finish(
    req: Request,
    link: Link,
    user: HostUser,
    claimed: ClaimedFlow,
    answer: { code: string; state: string },
  ): Promise<void>;
}

export interface OAuth2FlowDependencies {
  context: Context;
  transactions: Transactions;
  requests: OAuth2TokenRequests;
  grants: OAuth2Grants;
  metadata: MetadataReader;
  askIdentity: AskIdentity;
  chooseSite: ChooseSite;
}

export function createOAuth2Flows({
  context,
  transactions,
  requests,
  grants,
  metadata,
  askIdentity,
  chooseSite,
}: OAuth2FlowDependencies): OAuth2Flows {
  const { config } = context;

  /** Data Center's metadata is a hint that may be missing; a custom server's was read when it was set up. */
  const issuerOf = async (peer: OAuth2Peer): Promise<{ issuer: string | null; isIssRequired: boolean }> => {
    const { issuer, isIssAnnounced, preset } = peer;
    if (preset.kind !== 'data-center' || issuer === null) return { issuer, isIssRequired: isIssAnnounced };
    const found = await metadata.read(issuer, true).catch((error: unknown) => {
      if (error instanceof PeerUnreachable) return undefined;
      throw error;
    });
    return { issuer, isIssRequired: found?.isIssAnnounced ?? false };
  };

  const scopesOf: OAuth2Flows['scopesOf'] = async (link, connection, user, wanted) => {
    const peer = peerOf(context, link, connection);
    const known = peer.preset.scopes;
    if (wanted.length === 0) return { peer, scopes: narrowest(known, peer.scopes) };
    const beyond = missingScopes(known, peer.scopes, wanted);
    if (beyond.length > 0)
      throw new InvalidInput({
        scope: [
          `${link.name} is not set up for ${beyond.join(', ')}. An administrator has to add it on both sides.`,
        ],
      });
    const granted = (await grants.look({ link, connection, peer, userId: user.id }))?.document.scopes ?? [];
    const kept = granted.filter((name) => missingScopes(known, peer.scopes, [name]).length === 0);
    return { peer, scopes: narrowest(known, [...kept, ...wanted]) };
  };

  const legOf = (peer: OAuth2Peer, redirectUri: string, scopes: readonly string[]): OAuth2Leg => {
    const isCloud = peer.preset.kind === 'cloud';
    return {
      peer,
      redirectUri,
      scopes: isCloud ? [...scopes, 'offline_access'] : scopes,
      parameters: isCloud ? { audience: 'api.atlassian.com', prompt: 'consent' } : {},
      usesPkce: peer.usesPkce,
      keep: () => Promise.reject(new Error('This leg keeps nothing.')),
      exchange: (exchange) => requests.exchange(peer, exchange),
    };
  };

  const identityOf = async (
    { peer }: GrantPlace,
    cloudId: string | null,
    accessToken: string,
  ): Promise<IdentityAnswer> => {
    const base = callBaseOf(config.cloud.apiUrl, peer, cloudId);
    if (base === null) return 'unknown';
    return askIdentity(peer.preset, base, accessToken).catch((error: unknown) => {
      // The tokens are there, and would be lost; whose they are is asked again when the link is tested.
      if (error instanceof PeerUnreachable) return 'unknown';
      throw error;
    });
  };

  return {
    scopesOf,
    begin: async (req, beginning) => {
      const { link, connection, user, callbackUrl, returnTo } = beginning;
      const { peer, scopes } = await scopesOf(link, connection, user, beginning.scopes);
      const issuer = await issuerOf(peer);
      const state = randomBytes(32).toString('base64url');
      const outcome = await runOAuth2(
        req,
        {},
        {
          ...legOf(peer, callbackUrl, scopes),
          keep: async (verifier) => {
            const mark = connectionMark(connection);
            const document = {
              verifier,
              returnTo,
              scopes,
              redirectUri: callbackUrl,
              ...issuer,
              connection: mark,
            };
            await transactions.keep(beginning, state, document);
            return state;
          },
        },
      );
      if (!('redirectTo' in outcome)) throw new Error('The beginning of an authorisation came to its end.');
      await noteFlow(context, link, connection, user.id, 'begun');
      return { redirectTo: outcome.redirectTo, key: transactionKey(state) };
    },
    claim: (link, user, cookie, state) => transactions.claim(link, user, cookie, state, flowDocumentSchema),
    finish: async (req, link, user, { connection, document }, answer) => {
      if (document.connection !== connectionMark(connection)) throw linkGone();
      const peer = peerOf(context, link, connection);
      const place = { link, connection, peer, userId: user.id };
      const askedAtMs = config.clock();
      const outcome = await runOAuth2(req, answer, {
        ...legOf(peer, document.redirectUri, document.scopes),
        claimedVerifier: document.verifier,
      });
      if (!('issued' in outcome)) throw new Error('The end of an authorisation came to its beginning.');
      const { issued } = outcome;
      const cloudId = peer.preset.kind === 'cloud' ? await chooseSite(link, issued.accessToken) : null;
      const answered = await identityOf(place, cloudId, issued.accessToken);
      const identity = typeof answered === 'string' ? null : answered;
      const former = (await grants.look(place))?.document.identity ?? null;
      const isAnother = identity !== null && former !== null && former.name !== identity.name;
      const granted = {
        ...{ issued, askedAtMs, cloudId, identity },
        formerIdentity: isAnother ? former.displayName : null,
        scopes: issued.scopes ?? document.scopes,
      };
      if (!(await grants.save(place, granted))) throw linkGone();
      await noteFlow(context, link, connection, user.id, 'finished');
    },
  };
}

/** Below which this user's calls go; null when that is not known. */
export function callBaseOf(apiUrl: string, peer: OAuth2Peer, cloudId: string | null): string | null {
  const { cloudProduct } = peer.preset;
  if (cloudProduct === undefined) return peer.callBase;
  return cloudId === null ? null : gatewayBase(apiUrl, cloudProduct, cloudId);
}
