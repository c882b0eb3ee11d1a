/**
 * The folder that holds everything the server must not lose: its database, keys, build logs and the demonstration
 * repository. Only the server's own user may read what is in it, since a build that could would read every secret;
 * the mode of a folder that exists already is its owner's affair.
 * One server per folder: a lock that dies with its process tells a second one to go elsewhere, and tells the
 * next one that builds marked as running by this folder's server are dead.
 */
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import Database from 'libsql';
import { z } from 'zod';
import { StartupError, systemReason } from './startup-error.js';

const secretsSchema = z.object({
  /** Key ring of the kit: the first key seals, all of them open. */
  encryption: z.array(z.base64()).min(1),
  /** The same for the signature of session cookies. */
  session: z.array(z.string().min(32)).min(1),
  serverId: z.uuid(),
});

export type Secrets = z.output<typeof secretsSchema>;

export interface DataFolder {
  path: string;
  secrets: Secrets;
  /** Path of something inside; folders are made on the way. */
  file(...names: string[]): string;
  release(): void;
}

/** @throws StartupError when the folder cannot be used. */
export function openDataFolder(path: string): DataFolder {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    if (!statSync(path).isDirectory()) throw Object.assign(new Error(), { code: 'ENOTDIR' });
  } catch (error) {
    throw new StartupError(
      `The data folder ${path} cannot be used (${systemReason(error)}): set DATA_DIR to a folder that this user owns.`,
      error,
    );
  }
  const release = lock(join(path, 'server.lock'), path);
  try {
    return {
      path,
      secrets: readOrMakeSecrets(join(path, 'secrets.json')),
      file: (...names) => {
        mkdirSync(join(path, ...names.slice(0, -1)), { recursive: true, mode: 0o700 });
        return join(path, ...names);
      },
      release,
    };
  } catch (error) {
    release();
    throw error;
  }
}

/** SQLite's file lock is the one that Node offers without a native module, and the system frees it after kill -9. */
function lock(file: string, folder: string): () => void {
  try {
    writeFileSync(file, '', { flag: 'a', mode: 0o600 });
    const database = new Database(file, { timeout: 0 });
    database.exec('pragma locking_mode = exclusive; begin exclusive');
    return () => void database.close();
  } catch (error) {
    const isBusy = (error as { code?: string }).code === 'SQLITE_BUSY';
    throw new StartupError(
      isBusy
        ? `Another server is using the data folder ${folder}: stop it, or set DATA_DIR to another folder.`
        : `The data folder ${folder} cannot be written (${systemReason(error)}): give this user its ownership, or set DATA_DIR to another folder.`,
      error,
    );
  }
}

function readOrMakeSecrets(file: string): Secrets {
  const made: Secrets = {
    encryption: [randomBytes(32).toString('base64')],
    session: [randomBytes(32).toString('base64url')],
    serverId: randomUUID(),
  };
  try {
    writeFileSync(file, `${JSON.stringify(made, null, 2)}\n`, { flag: 'wx', mode: 0o600 });
    return made;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unusable(file, systemReason(error), error);
  }
  try {
    chmodSync(file, 0o600);
    return secretsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    const isSystem = (error as NodeJS.ErrnoException).code !== undefined;
    throw unusable(file, isSystem ? systemReason(error) : 'its content is damaged', error);
  }
}

function unusable(file: string, reason: string, cause: unknown): StartupError {
  return new StartupError(
    `The keys in ${file} cannot be used (${reason}): restore that file from a backup; without it nothing that the server has sealed can be read.`,
    cause,
  );
}
