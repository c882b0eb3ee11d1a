/**
 * express-session on the server's own database, so that a restart logs nobody out. Session ids are kept as digests:
 * a reader of the database or of a backup can't take over a session.
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Store, type SessionData } from 'express-session';
import type { Database } from '../database.js';

/** The idle deadline is moved at this distance, so that reading requests do not all write. */
const touchIntervalMs = 60_000;
const sweepIntervalMs = 10 * 60_000;
const fallbackLifetimeMs = 3_600_000;

type Callback<T = unknown> = (error?: unknown, value?: T) => void;

export class DatabaseSessionStore extends Store {
  constructor(
    private readonly database: Database,
    private readonly clock: () => number = Date.now,
  ) {
    super();
  }

  override get(id: string, callback: Callback<SessionData | null>): void {
    const load = async (): Promise<SessionData | null> => {
      const row = await this.database
        .selectFrom('ci_sessions')
        .select('data')
        .where('id_hash', '=', digest(id))
        .where('expires_at_ms', '>', this.clock())
        .executeTakeFirst();
      return row ? (JSON.parse(row.data) as SessionData) : null;
    };
    settle(load(), callback);
  }

  override set(id: string, session: SessionData, callback: Callback = ignore): void {
    const values = {
      user_id: session.userId ?? null,
      data: JSON.stringify(session),
      expires_at_ms: this.expiry(session),
    };
    const save = this.database
      .insertInto('ci_sessions')
      .values({ id_hash: digest(id), ...values })
      .onConflict((conflict) => conflict.column('id_hash').doUpdateSet(values))
      .execute();
    settle(save, callback);
  }

  override touch(id: string, session: SessionData, callback: Callback = ignore): void {
    const expires_at_ms = this.expiry(session);
    const touch = this.database
      .updateTable('ci_sessions')
      .set({ expires_at_ms })
      .where('id_hash', '=', digest(id))
      .where('expires_at_ms', '<', expires_at_ms - touchIntervalMs)
      .execute();
    settle(touch, callback);
  }

  override destroy(id: string, callback: Callback = ignore): void {
    settle(this.database.deleteFrom('ci_sessions').where('id_hash', '=', digest(id)).execute(), callback);
  }

  /** Logs a user out everywhere: after a password reset, when they are disabled or deleted. */
  async destroyAllOf(userId: string): Promise<void> {
    await this.database.deleteFrom('ci_sessions').where('user_id', '=', userId).execute();
  }

  /** Removes what has expired, now and then, until `signal` is aborted. */
  async sweepUntil(signal: AbortSignal, onError: (error: unknown) => void): Promise<void> {
    while (!signal.aborted) {
      await this.sweep().catch(onError);
      await sleep(sweepIntervalMs, undefined, { signal }).catch(() => undefined);
    }
  }

  private async sweep(): Promise<void> {
    await this.database.deleteFrom('ci_sessions').where('expires_at_ms', '<=', this.clock()).execute();
  }

  private expiry(session: SessionData): number {
    return this.clock() + (session.cookie.originalMaxAge ?? fallbackLifetimeMs);
  }
}

function digest(id: string): string {
  return createHash('sha256').update(id).digest('base64url');
}

function ignore(): void {
  return undefined;
}

function settle<T>(work: Promise<T>, callback: Callback<T>): void {
  work.then(
    (value) => callback(null, value),
    (error: unknown) => callback(error),
  );
}
