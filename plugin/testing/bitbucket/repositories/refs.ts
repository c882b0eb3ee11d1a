/** Branches and tags of a repository, and what has become of them between two looks. */
import { git, gitIfAny } from './git.js';
import type { Repository } from './repository.js';

export interface Ref {
  /** `refs/heads/…` or `refs/tags/…`. */
  id: string;
  displayId: string;
  type: 'BRANCH' | 'TAG';
  /** What it points to: of an annotated tag the tag. */
  hash: string;
  /** Of an annotated tag what the tag points to. */
  commit: string;
}

export interface RefChange {
  ref: Pick<Ref, 'id' | 'displayId' | 'type'>;
  refId: string;
  fromHash: string;
  toHash: string;
  type: 'ADD' | 'UPDATE' | 'DELETE';
}

export type RefOrder = 'ALPHABETICAL' | 'MODIFICATION';

const zeros = '0'.repeat(40);
const format = '%(refname)%09%(objectname)%09%(*objectname)';

export const describeRef = (id: string): Pick<Ref, 'id' | 'displayId' | 'type'> => ({
  id,
  displayId: id.replace(/^refs\/(?:heads|tags)\//, ''),
  type: id.startsWith('refs/tags/') ? 'TAG' : 'BRANCH',
});

/** `below`: `refs/heads` and `refs/tags`, or one of them. Modified ones: newest first. */
export async function listRefs(
  { folder }: Repository,
  below: readonly string[],
  order: RefOrder = 'ALPHABETICAL',
): Promise<Ref[]> {
  const sort = order === 'MODIFICATION' ? ['--sort=refname', '--sort=-creatordate'] : [];
  const listed = await git(folder, ['for-each-ref', `--format=${format}`, ...sort, ...below]);
  return listed
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [id = '', hash = '', peeled = ''] = line.split('\t');
      return { ...describeRef(id), hash, commit: peeled || hash };
    });
}

export const readRefs = async (repository: Repository): Promise<Map<string, string>> =>
  new Map((await listRefs(repository, ['refs/heads', 'refs/tags'])).map(({ id, hash }) => [id, hash]));

export function refChanges(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): RefChange[] {
  const ids = [...new Set([...before.keys(), ...after.keys()])];
  return ids
    .filter((id) => before.get(id) !== after.get(id))
    .map((id) => {
      const [fromHash = zeros, toHash = zeros] = [before.get(id), after.get(id)];
      const changed = toHash === zeros ? 'DELETE' : 'UPDATE';
      const type = fromHash === zeros ? 'ADD' : changed;
      return { ref: describeRef(id), refId: id, fromHash, toHash, type };
    });
}

/** A commit by its id, a full ref, or the name of a branch or tag. */
export async function resolveCommit({ folder }: Repository, name: string): Promise<string | undefined> {
  const candidates = name.startsWith('refs/')
    ? [name]
    : [`refs/heads/${name}`, `refs/tags/${name}`, ...(/^[0-9a-f]{4,40}$/.test(name) ? [name] : [])];
  for (const candidate of candidates) {
    const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${candidate}^{commit}`];
    const found = await gitIfAny(folder, args);
    if (found !== undefined) return found;
  }
  return undefined;
}
