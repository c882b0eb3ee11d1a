/**
 * Kysely on one SQLite file that others write too: other processes, and other connections of this process, such as the
 * host's own. A connection that waited inside SQLite would block the very thread on which the other's transaction has
 * to end, so nothing waits there: who finds the file locked tries again a little later.
 */
import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CompiledQuery,
  SqliteAdapter,
  SqliteDriver,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type DatabaseConnection,
  type Dialect,
  type QueryResult,
} from 'kysely';
import Libsql from 'libsql';
import { isBusy } from './sql-dialect.js';

const longestWaitMs = 10_000;
const longestPauseMs = 20;
const mostStatements = 200;
/** The mode stays with the file, so only the first of all processes switches it. */
const pragmas = ['journal_mode = WAL', 'synchronous = NORMAL', 'foreign_keys = ON'];

/**
 * For a host that keeps its own tables in the kit's file. WAL mode, foreign keys on, transactions that lock at once.
 * @param file path of the database; made with its folder when absent, readable by its owner only.
 */
export function sqliteDialect(file: string): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new PatientSqliteDriver(file),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

/** The driver of Kysely gives its one connection to one user at a time; what runs on it is ours. */
class PatientSqliteDriver extends SqliteDriver {
  private readonly connection: PatientConnection;

  constructor(file: string) {
    const connection = new PatientConnection();
    super({ database: () => connection.open(file) });
    this.connection = connection;
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    await super.acquireConnection();
    return this.connection;
  }

  /** The write lock is taken at once: a transaction that reads first could not upgrade later, but fail. */
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }
}

class PatientConnection implements DatabaseConnection {
  private database: Libsql.Database | undefined;
  private readonly statements = new Map<string, Libsql.Statement>();

  async open(file: string): Promise<Libsql.Database> {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    closeSync(openSync(file, 'a', 0o600));
    chmodSync(file, 0o600);
    const database = new Libsql(file);
    this.database = database;
    database.pragma('busy_timeout = 0');
    for (const pragma of pragmas) await this.executeQuery(CompiledQuery.raw(`pragma ${pragma}`));
    return database;
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    return patiently(() => {
      const statement = this.prepare(sql);
      if (statement.reader) return { rows: statement.all([...parameters]) as Row[] };
      const { changes } = statement.run([...parameters]);
      return { rows: [], numAffectedRows: BigInt(changes) };
    });
  }

  async *streamQuery<Row>(query: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
    yield await this.executeQuery<Row>(query);
  }

  /** A statement that failed on a lock stays unfinished until the same one is run again, and blocks every commit. */
  private prepare(sql: string): Libsql.Statement {
    const known = this.statements.get(sql);
    if (known) return known;
    if (!this.database) throw new Error('The SQLite file is not open.');
    const statement = this.database.prepare(sql);
    if (this.statements.size >= mostStatements) this.statements.clear();
    this.statements.set(sql, statement);
    return statement;
  }
}

async function patiently<T>(attempt: () => T): Promise<T> {
  const deadlineMs = performance.now() + longestWaitMs;
  for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    try {
      return attempt();
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadlineMs) throw error;
      await sleep(pauseMs);
    }
  }
}
