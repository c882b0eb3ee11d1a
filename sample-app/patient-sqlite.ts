/**
 * Kysely on libsql for a file that this process has open twice: the kit keeps its tables in it over a connection of
 * its own. SQLite's own way to wait for the other's transaction blocks the thread, on which alone that transaction
 * could end. So nothing waits inside of SQLite here: who finds the file busy tries again a little later.
 *
 * The write lock is taken before the statement, not by it: libsql leaves a statement that met a busy file half-way,
 * and its connection would go on reading what was there at that moment. Lock, statement and commit are one turn of
 * the event loop, so the kit never meets a lock that it would have to wait for.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  SelectQueryNode,
  SqliteAdapter,
  SqliteDriver,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type DatabaseConnection,
  type Dialect,
  type QueryResult,
} from 'kysely';
import Libsql from 'libsql';

const retryMs = 5;
const patienceMs = 10_000;

/** @throws what libsql throws when the file is no database or cannot be opened. */
export function patientSqlite(file: string): Dialect {
  const database = new Libsql(file, { timeout: 0 });
  database.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma foreign_keys = on');
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new PatientDriver(database),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

class PatientDriver extends SqliteDriver {
  constructor(private readonly database: Libsql.Database) {
    super({ database });
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    const connection = await super.acquireConnection();
    const inOneTurn = <R>(
      query: Parameters<DatabaseConnection['executeQuery']>[0],
    ): Promise<QueryResult<R>> => {
      if (SelectQueryNode.is(query.query)) return connection.executeQuery<R>(query);
      this.database.exec('begin immediate');
      try {
        const result = connection.executeQuery<R>(query);
        this.database.exec('commit');
        return result;
      } catch (error) {
        this.database.exec('rollback');
        throw error;
      }
    };
    return {
      executeQuery: (query) => patiently(() => inOneTurn(query)),
      streamQuery: (query, chunkSize) => connection.streamQuery(query, chunkSize),
    };
  }
}

async function patiently<T>(attempt: () => Promise<T>): Promise<T> {
  const endsAtMs = Date.now() + patienceMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const isBusy = String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY');
      if (!isBusy || Date.now() > endsAtMs) throw error;
      await sleep(retryMs);
    }
  }
}
