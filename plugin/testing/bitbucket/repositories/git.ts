/**
 * Runs git on a bare repository: no configuration but the repository's own is read, nothing is ever asked for, and
 * what git says on failure becomes the error.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { devNull } from 'node:os';
import { buffer, text } from 'node:stream/consumers';

export class GitError extends Error {
  constructor(
    readonly exitCode: number | null,
    message: string,
  ) {
    super(message);
  }
}

export interface GitOptions {
  input?: string | Uint8Array;
  env?: Readonly<Record<string, string>>;
}

/** `home`: a folder without a configuration of the user. */
export const gitEnvironment = (home: string): Record<string, string> => ({
  PATH: process.env.PATH ?? '',
  HOME: home,
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: devNull,
  GIT_ATTR_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
});

export async function gitBytes(
  folder: string,
  args: readonly string[],
  { input = '', env = {} }: GitOptions = {},
): Promise<Buffer> {
  const child = spawn('git', args, { cwd: folder, env: { ...gitEnvironment(folder), ...env } });
  const closed = once(child, 'close') as Promise<[exitCode: number | null]>;
  // It may end before it has read everything; its status tells.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [output, said, [exitCode]] = await Promise.all([buffer(child.stdout), text(child.stderr), closed]);
  if (exitCode !== 0) throw new GitError(exitCode, `git ${args[0] ?? ''}: ${said.trim()}`);
  return output;
}

export const git = async (folder: string, args: readonly string[], options?: GitOptions): Promise<string> =>
  (await gitBytes(folder, args, options)).toString('utf8').trimEnd();

/** Undefined where git says no. */
export const gitIfAny = (
  folder: string,
  args: readonly string[],
  options?: GitOptions,
): Promise<string | undefined> =>
  git(folder, args, options).catch((error: unknown) => {
    if (error instanceof GitError) return undefined;
    throw error;
  });
