/** Build statuses: every one that was posted, and of each commit and key the newest. */
import type { BuildStatus } from './build-status.js';

export interface BuildStatusMemory {
  /** In order of arrival. */
  posted: BuildStatus[];
  current: Map<string, BuildStatus>;
}

export const createBuildStatusMemory = (): BuildStatusMemory => ({ posted: [], current: new Map() });

const idOf = ({ commit, key }: Pick<BuildStatus, 'commit' | 'key'>): string => `${commit} ${key}`;

/** A later one of the same commit and key replaces the one before, and keeps its date of birth. */
export function keepStatus({ posted, current }: BuildStatusMemory, status: BuildStatus): void {
  const before = current.get(idOf(status));
  const kept = { ...status, createdDate: before?.createdDate ?? status.createdDate };
  posted.push(kept);
  current.set(idOf(status), kept);
}

export const findStatus = (
  { current }: BuildStatusMemory,
  id: Pick<BuildStatus, 'commit' | 'key'>,
): BuildStatus | undefined => current.get(idOf(id));

/** Newest first. */
export const statusesOf = ({ current }: BuildStatusMemory, commit: string): BuildStatus[] =>
  [...current.values()]
    .filter((status) => status.commit === commit)
    .sort((one, other) => other.updatedDate - one.updatedDate);

export const removeStatus = (
  { current }: BuildStatusMemory,
  id: Pick<BuildStatus, 'commit' | 'key'>,
): boolean => current.delete(idOf(id));
