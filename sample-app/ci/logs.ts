/**
 * The log of each build: one file in the data folder, appended to while the build runs and kept after it. Readers
 * work with byte offsets, so a page can go on where it stopped, after a lost connection or a restart alike.
 */
import { EventEmitter } from 'node:events';
import { appendFile, open, rm, stat } from 'node:fs/promises';

export interface Logs {
  append(buildId: string, text: string | Buffer): Promise<void>;
  /** Bytes from `offset`, at most `limit`; empty when there are none (yet). */
  read(buildId: string, offset: number, limit: number): Promise<Buffer>;
  size(buildId: string): Promise<number>;
  /** Resolves when something was appended or the build ended, or after `waitMs`. */
  change(buildId: string, waitMs: number, signal: AbortSignal): Promise<void>;
  /** Tells waiting readers that the build has ended. */
  ended(buildId: string): void;
  remove(buildId: string): Promise<void>;
}

/** @param fileOf path of a build's log. */
export function createLogs(fileOf: (buildId: string) => string): Logs {
  const changes = new EventEmitter().setMaxListeners(0);
  return {
    append: async (buildId, text) => {
      await appendFile(fileOf(buildId), text, { mode: 0o600 });
      changes.emit(buildId);
    },
    read: async (buildId, offset, limit) => {
      const file = await open(fileOf(buildId), 'r').catch(() => undefined);
      if (file === undefined) return Buffer.alloc(0);
      try {
        const { bytesRead, buffer } = await file.read(Buffer.alloc(limit), 0, limit, offset);
        return buffer.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    },
    size: async (buildId) => (await stat(fileOf(buildId)).catch(() => ({ size: 0 }))).size,
    change: (buildId, waitMs, signal) =>
      new Promise((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          changes.off(buildId, done);
          signal.removeEventListener('abort', done);
          resolve();
        };
        const timer = setTimeout(done, waitMs);
        changes.on(buildId, done);
        signal.addEventListener('abort', done, { once: true });
        if (signal.aborted) done();
      }),
    ended: (buildId) => void changes.emit(buildId),
    remove: (buildId) => rm(fileOf(buildId), { force: true }),
  };
}
