/**
 * One authorisation from request token to grant. Between redirect and callback it lies sealed in the store, so that any
 * process can finish it, and several tabs do not disturb each other.
 */
import type { Request } from 'express';
import { z } from 'zod';
import type { Context } from '../context.js';
import { ApplinksError } from '../errors.js';
import type { HostUser } from '../host.js';
import { digest } from '../store/digest.js';
import { sealedPlace } from '../store/sealed-places.js';
import type { Transaction } from '../store/outgoing.js';
import type { Connection, Link } from '../store/store.js';
import { endpointsOf, type IdentityOf } from './endpoints.js';
import type { Grants } from './grants.js';
import { runOAuth1, type Dance } from './oauth1-strategy.js';
import type { IssuedToken, TokenRequests } from './token-requests.js';

export interface Beginning {
  link: Link;
  connection: Connection;
  user: HostUser;
  /** Value of the transaction's cookie. */
  cookie: string;
  callbackUrl: string;
  /** Path to go to in the end. */
  returnTo: string | null;
}

const documentSchema = z.object({ tokenSecret: z.string(), returnTo: z.string().nullable() });

export interface Claimed extends z.output<typeof documentSchema> {
  connection: Connection;
}

/** What the peer sent back by the browser. */
export interface Returned {
  token: string;
  verifier: string;
}

export interface Dances {
  authorizeUrl(link: Link, connection: Connection): string;
  /** Where to send the browser, and the transaction's name. @throws PeerUnreachable, PeerRefused, ApplinksError */
  begin(req: Request, beginning: Beginning): Promise<{ redirectTo: string; key: string }>;
  /** To one caller only, and only for the user and the browser that began. */
  claim(link: Link, user: HostUser, cookie: string, token: string): Promise<Claimed | undefined>;
  finish(req: Request, link: Link, user: HostUser, claimed: Claimed, returned: Returned): Promise<void>;
}

export const danceLifetimeMs = 10 * 60_000;

/** Names the transaction of a request token, without telling the token. */
export const transactionKey = (token: string): string => digest(token).slice(0, 16);

export function createDances(
  context: Context,
  requests: TokenRequests,
  identityOf: IdentityOf,
  grants: Grants,
): Dances {
  const { store, sealer, config } = context;

  const danceOf = async (link: Link, connection: Connection, callbackUrl: string): Promise<Dance> => {
    const endpoints = endpointsOf(link, connection);
    const { consumerKey } = await identityOf(link, connection, '');
    return {
      endpoints,
      consumerKey,
      callbackUrl,
      requestToken: async (callback) =>
        requests.requestToken(endpoints.requestToken, await identityOf(link, connection, ''), callback),
      accessToken: async (token, secret, verifier) =>
        requests.accessToken(
          endpoints.accessToken,
          await identityOf(link, connection, secret),
          token,
          verifier,
        ),
      store: () => Promise.reject(new Error('This leg stores nothing.')),
    };
  };

  const keep = async (
    { link, connection, user, cookie, returnTo }: Beginning,
    { token, tokenSecret }: IssuedToken,
  ): Promise<void> => {
    const nowMs = config.clock();
    const transaction: Transaction = {
      digest: digest(token),
      linkId: link.id,
      connectionId: connection.id,
      userId: user.id,
      browserDigest: digest(cookie),
      sealedDocument: sealer.seal(
        JSON.stringify({ tokenSecret, returnTo }),
        sealedPlace.transaction(link.id, connection.id, user.id),
      ),
      createdAtMs: nowMs,
      expiresAtMs: nowMs + danceLifetimeMs,
    };
    if (!(await store.transactions.create(transaction))) throw linkGone();
  };

  return {
    authorizeUrl: (link, connection) => endpointsOf(link, connection).authorize,
    begin: async (req, beginning) => {
      const { link, connection, callbackUrl } = beginning;
      const dance = await danceOf(link, connection, callbackUrl);
      let token: string | undefined;
      const outcome = await runOAuth1(withQuery(req, {}), {
        ...dance,
        store: async (issued) => {
          token = issued.token;
          await keep(beginning, issued);
        },
      });
      if ('redirectTo' in outcome && token !== undefined)
        return { redirectTo: outcome.redirectTo, key: transactionKey(token) };
      throw new Error('The beginning of a dance came to its end.');
    },
    claim: async (link, user, cookie, token) => {
      const transaction = await store.transactions.claim(digest(token), {
        linkId: link.id,
        userId: user.id,
        browserDigest: digest(cookie),
      });
      const connection = link.outgoing.find(({ id }) => id === transaction?.connectionId);
      if (!transaction || !connection || config.clock() > transaction.expiresAtMs) return undefined;
      const place = sealedPlace.transaction(link.id, connection.id, user.id);
      const document = documentSchema.parse(JSON.parse(sealer.open(transaction.sealedDocument, place)));
      return { ...document, connection };
    },
    finish: async (req, link, user, { connection, tokenSecret }, { token, verifier }) => {
      const dance = await danceOf(link, connection, config.baseUrl);
      const query = { oauth_token: token, oauth_verifier: verifier };
      const outcome = await runOAuth1(withQuery(req, query), { ...dance, claimedSecret: tokenSecret });
      if (!('issued' in outcome)) throw new Error('The end of a dance came to its beginning.');
      if (!(await grants.save(link, connection, user.id, outcome.issued))) throw linkGone();
    },
  };
}

/**
 * passport-oauth1 takes any request with `oauth_token` in its query for the callback, and believes the host's parser of
 * queries, to which a parameter may be a list; so it is given what was checked.
 */
function withQuery(req: Request, query: Readonly<Record<string, string>>): Request {
  return Object.create(req, { query: { value: query } }) as Request;
}

function linkGone(): ApplinksError {
  return new ApplinksError('conflict', 409, 'This application link was changed meanwhile. Begin again.');
}
