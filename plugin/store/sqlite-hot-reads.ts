/**
 * The reads of every request with link credentials, by statements that are prepared once: Kysely builds and compiles a query each
 * time, which costs several times the read itself. They run on a connection of their own, so that they never look into
 * a transaction that the other connection has not committed.
 */
import Libsql from 'libsql';
import type { CompiledQuery } from 'kysely';
import {
  toAuthorization,
  toTokenPair,
  type AuthorizationRow,
  type TokenPairRow,
} from './authorization-rows.js';
import type { AuthorizationStore } from './authorizations.js';
import { readLinkDocument } from './link-document.js';
import type { Database } from './schema.js';
import { selectAccessToken, toAccessToken, type AccessTokenRow } from './sql-access-tokens.js';
import { selectAuthorization, selectTokens } from './sql-authorizations.js';
import { selectLink, selectLinkOfConsumer, toConsumer } from './sql-links.js';
import type { LinkStore } from './store.js';
import type { AccessTokenStore } from './tokens.js';

export interface HotReads {
  findByConsumerKey: LinkStore['findByConsumerKey'];
  getLink: LinkStore['get'];
  getAccessToken: AccessTokenStore['get'];
  findByAccessToken: AuthorizationStore['findByAccessToken'];
  close(): void;
}

export function sqliteHotReads(db: Database, file: string): HotReads {
  let connection: Libsql.Database | undefined;
  const prepare = <Row>(query: { compile(): CompiledQuery<Row> }): ((value: string) => Row | undefined) => {
    let statement: Libsql.Statement | undefined;
    return (value) => {
      connection ??= openReader(file);
      statement ??= connection.prepare(query.compile().sql);
      return statement.get(value) as Row | undefined;
    };
  };
  const readLink = prepare<{ document: string }>(selectLink(db, ''));
  const readLinkOfConsumer = prepare<{ document: string }>(selectLinkOfConsumer(db, ''));
  const readToken = prepare<AccessTokenRow>(selectAccessToken(db, ''));
  const readTokens = prepare<TokenPairRow>(selectTokens(db, 'access_digest', ''));
  const readAuthorization = prepare<AuthorizationRow>(selectAuthorization(db, ''));
  return {
    getLink: (id) => {
      const row = readLink(id);
      return Promise.resolve(row && readLinkDocument(row.document));
    },
    findByAccessToken: (digest) => {
      const tokens = readTokens(digest);
      const row = tokens && readAuthorization(tokens.authorization_id);
      return Promise.resolve(row && { authorization: toAuthorization(row), tokens: toTokenPair(tokens) });
    },
    findByConsumerKey: (key) => {
      const row = readLinkOfConsumer(key);
      return Promise.resolve(row && toConsumer(readLinkDocument(row.document), key));
    },
    getAccessToken: (digest) => {
      const row = readToken(digest);
      return Promise.resolve(row && toAccessToken(row));
    },
    close: () => connection?.close(),
  };
}

/** Readers wait for nobody in WAL mode, but for the moment in which the log begins anew. */
function openReader(file: string): Libsql.Database {
  const database = new Libsql(file);
  database.pragma('busy_timeout = 1000');
  return database;
}
