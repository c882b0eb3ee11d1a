/**
 * An authorisation of ours under way at a peer, of either protocol: sealed in the store between redirect and callback, so
 * that any process can finish it, and several tabs do not disturb each other. What an attacker tries: to finish it in
 * another browser, as another user, at another link, or twice. So it is claimed once, by all of these at the same time.
 */
import type { z } from 'zod';
import type { Context } from '../context.js';
import { ApplinksError } from '../errors.js';
import type { HostUser } from '../host.js';
import { digest } from '../store/digest.js';
import type { Transaction } from '../store/outgoing.js';
import { sealedPlace } from '../store/sealed-places.js';
import type { Connection, Link } from '../store/store.js';

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

export interface Claimed<T> {
  connection: Connection;
  document: T;
}

export interface Transactions {
  /** @param token the request token or state. @throws ApplinksError `conflict` when the connection is gone */
  keep(
    beginning: Omit<Beginning, 'callbackUrl' | 'returnTo'>,
    token: string,
    document: object,
  ): Promise<void>;
  /** To one caller only, and only for the user and the browser that began. */
  claim<S extends z.ZodType>(
    link: Link,
    user: HostUser,
    cookie: string,
    token: string,
    schema: S,
  ): Promise<Claimed<z.output<S>> | undefined>;
}

export const transactionLifetimeMs = 10 * 60_000;

/** Names the transaction of a request token or state, without telling it. */
export const transactionKey = (token: string): string => digest(token).slice(0, 16);

export function createTransactions({ store, sealer, config }: Context): Transactions {
  return {
    keep: async ({ link, connection, user, cookie }, token, document) => {
      const nowMs = config.clock();
      const transaction: Transaction = {
        digest: digest(token),
        linkId: link.id,
        connectionId: connection.id,
        userId: user.id,
        browserDigest: digest(cookie),
        sealedDocument: sealer.seal(
          JSON.stringify(document),
          sealedPlace.transaction(link.id, connection.id, user.id),
        ),
        createdAtMs: nowMs,
        expiresAtMs: nowMs + transactionLifetimeMs,
      };
      if (!(await store.transactions.create(transaction))) throw linkGone();
    },
    claim: async (link, user, cookie, token, schema) => {
      const transaction = await store.transactions.claim(digest(token), {
        linkId: link.id,
        userId: user.id,
        browserDigest: digest(cookie),
      });
      const connection = link.outgoing.find(({ id }) => id === transaction?.connectionId);
      if (!transaction || !connection || config.clock() > transaction.expiresAtMs) return undefined;
      const place = sealedPlace.transaction(link.id, connection.id, user.id);
      const document = schema.parse(JSON.parse(sealer.open(transaction.sealedDocument, place)));
      return { connection, document };
    },
  };
}

export function linkGone(): ApplinksError {
  return new ApplinksError('conflict', 409, 'This application link was changed meanwhile. Begin again.');
}

/** Who finishes what they have not begun, or too late. */
export function refuseCallback(): never {
  throw new ApplinksError(
    'invalid_input',
    400,
    'This authorisation was begun by another user or in another browser, is finished already, or took too long. Begin again.',
    { reason: 'no transaction of this link, user and browser' },
  );
}
