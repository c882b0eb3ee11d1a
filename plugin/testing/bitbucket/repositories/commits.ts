/** Commits of a repository as REST shows them, read with one `git log` (jenkins-integration.md C1 row 28). */
import { git } from './git.js';
import type { Repository } from './repository.js';
import type { PageRequest } from '../rest/paged.js';

export interface Commit {
  id: string;
  displayId: string;
  author: { name: string; emailAddress: string };
  authorTimestamp: number;
  committer: { name: string; emailAddress: string };
  committerTimestamp: number;
  message: string;
  parents: { id: string; displayId: string }[];
}

const format = ['%H', '%P', '%an', '%ae', '%at', '%cn', '%ce', '%ct', '%B'].join('%x1f');

const shortId = (id: string): { id: string; displayId: string } => ({ id, displayId: id.slice(0, 11) });

function readCommit(record: string): Commit {
  const [id = '', parents = '', an = '', ae = '', at = '', cn = '', ce = '', ct = '', message = ''] =
    record.split('\x1f');
  return {
    ...shortId(id),
    author: { name: an, emailAddress: ae },
    authorTimestamp: Number(at) * 1000,
    committer: { name: cn, emailAddress: ce },
    committerTimestamp: Number(ct) * 1000,
    message: message.trimEnd(),
    parents: parents.split(' ').filter(Boolean).map(shortId),
  };
}

/** From `until` back, without what `since` reaches; one more than the limit when there are more. */
export async function listCommits(
  { folder }: Repository,
  { until, since, path }: { until: string; since?: string | undefined; path?: string | undefined },
  { start, limit }: PageRequest,
): Promise<Commit[]> {
  const range = [until, ...(since === undefined ? [] : [`^${since}`])];
  const page = [`--skip=${start}`, `--max-count=${limit + 1}`];
  const paths = path ? ['--', path] : ['--'];
  const log = await git(folder, ['log', '-z', `--format=${format}`, ...page, ...range, ...paths]);
  return log.split('\0').filter(Boolean).map(readCommit);
}
