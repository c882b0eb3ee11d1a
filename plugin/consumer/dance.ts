/** One authorisation by OAuth 1.0a from request token to grant; between redirect and callback transactions.ts keeps it. */
import type { Request } from 'express';
import { z } from 'zod';
import type { Context } from '../context.js';
import type { HostUser } from '../host.js';
import type { Connection, Link } from '../store/store.js';
import { endpointsOf, type IdentityOf } from './endpoints.js';
import type { Grants } from './grants.js';
import { runOAuth1, type Dance } from './oauth1-strategy.js';
import type { TokenRequests } from './token-requests.js';
import {
  linkGone,
  transactionKey,
  type Beginning,
  type Claimed as ClaimedTransaction,
  type Transactions,
} from './transactions.js';

const documentSchema = z.object({ tokenSecret: z.string(), returnTo: z.string().nullable() });

type Claimed = ClaimedTransaction<z.output<typeof documentSchema>>;

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

export function createDances(
  { config }: Context,
  requests: TokenRequests,
  identityOf: IdentityOf,
  grants: Grants,
  transactions: Transactions,
): Dances {
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

  return {
    authorizeUrl: (link, connection) => endpointsOf(link, connection).authorize,
    begin: async (req, beginning) => {
      const { link, connection, callbackUrl, returnTo } = beginning;
      const dance = await danceOf(link, connection, callbackUrl);
      let token: string | undefined;
      const outcome = await runOAuth1(withQuery(req, {}), {
        ...dance,
        store: async ({ tokenSecret, ...issued }) => {
          token = issued.token;
          await transactions.keep(beginning, token, { tokenSecret, returnTo });
        },
      });
      if ('redirectTo' in outcome && token !== undefined)
        return { redirectTo: outcome.redirectTo, key: transactionKey(token) };
      throw new Error('The beginning of a dance came to its end.');
    },
    claim: (link, user, cookie, token) => transactions.claim(link, user, cookie, token, documentSchema),
    finish: async (req, link, user, { connection, document }, { token, verifier }) => {
      const dance = await danceOf(link, connection, config.baseUrl);
      const query = { oauth_token: token, oauth_verifier: verifier };
      const outcome = await runOAuth1(withQuery(req, query), {
        ...dance,
        claimedSecret: document.tokenSecret,
      });
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
