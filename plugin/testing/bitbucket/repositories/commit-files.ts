/** A commit on a branch made from files, without a working copy: what a push would leave in the repository. */
import { emailOf } from './entities.js';
import { git } from './git.js';
import { resolveCommit } from './refs.js';
import type { Repository } from './repository.js';

export interface CommitFiles {
  branch: string;
  user: string;
  /** By path; null takes the file away. */
  files: Readonly<Record<string, string | Uint8Array | null>>;
  message: string;
  atMs: number;
  /** Where a new branch begins; the default branch unless told otherwise. */
  from?: string | undefined;
}

const quoted = (path: string): string => `"${path.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n')}"`;

const data = (content: string | Uint8Array): Buffer[] => {
  const bytes = Buffer.from(content);
  return [Buffer.from(`data ${bytes.length}\n`), bytes, Buffer.from('\n')];
};

function fileCommand([path, content]: readonly [string, string | Uint8Array | null]): Buffer[] {
  if (content === null) return [Buffer.from(`D ${quoted(path)}\n`)];
  return [Buffer.from(`M 100644 inline ${quoted(path)}\n`), ...data(content)];
}

/** The id of the new commit. */
export async function commitFiles(repository: Repository, commit: CommitFiles): Promise<string> {
  const { branch, user, files, message, atMs, from = `refs/heads/${repository.defaultBranch}` } = commit;
  const ref = `refs/heads/${branch}`;
  const parent = (await resolveCommit(repository, ref)) ?? (await resolveCommit(repository, from));
  const who = `${user} <${emailOf(user)}> ${Math.floor(atMs / 1000)} +0000`;
  const head = `commit ${ref}\nauthor ${who}\ncommitter ${who}\n`;
  const stream = [
    Buffer.from(head),
    ...data(message),
    ...(parent === undefined ? [] : [Buffer.from(`from ${parent}\n`)]),
    ...Object.entries(files).flatMap(fileCommand),
  ];
  await git(repository.folder, ['fast-import', '--quiet'], { input: Buffer.concat(stream) });
  return git(repository.folder, ['rev-parse', ref]);
}
