/**
 * A pool of `pg` whose connections may break at any time: PostgreSQL restarts, fails over, or an administrator ends its
 * sessions. Whatever happens to a connection, only the query that it carries may fail.
 */
import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';

/** What the store needs of a Pool of `pg`, in types of our own: those of an optional peer may be missing. */
export interface PgPool {
  connect(): Promise<PgClient>;
  end(): Promise<void>;
}

export interface PgClient extends PostgresPoolClient {
  on(event: 'error', listener: (error: Error) => void): unknown;
  /** `true` ends the connection instead of giving it back. */
  release(isBroken?: boolean): void;
}

export function outliving(pool: PgPool): PostgresPool {
  const heard = new WeakSet<PgClient>();
  return {
    connect: async () => {
      const client = await pool.connect();
      // A connection that breaks while it works is an `error` event, too, and unheard that would end the host's process:
      // the pool listens only to connections that rest.
      if (!heard.has(client)) client.on('error', () => undefined);
      heard.add(client);
      return discarded(client);
    },
    end: () => pool.end(),
  };
}

/** Between PostgreSQL's last word and the end of the connection, the pool would give it to the next one who asks. */
function discarded(client: PgClient): PostgresPoolClient {
  let isBroken = false;

  function query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  function query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  function query<R>(statement: string | PostgresCursor<R>, parameters: readonly unknown[] = []) {
    if (typeof statement !== 'string') return client.query(statement);
    return client.query<R>(statement, parameters).catch((error: unknown) => {
      isBroken ||= !isRefusal(error);
      throw error;
    });
  }

  return { query, release: () => client.release(isBroken) };
}

/** The server's answer about a statement, after which the connection goes on; 57P and 08 are its last words. */
function isRefusal(error: unknown): boolean {
  const isAnswer = error instanceof Error && 'severity' in error && 'code' in error;
  return isAnswer && !/^(?:57P|08)/.test(String(error.code));
}
