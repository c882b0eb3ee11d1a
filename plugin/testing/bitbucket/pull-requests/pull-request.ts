/** A pull request: two branches, perhaps of two repositories, and where it stands. */
import type { Repository } from '../repositories/repository.js';

export type PullRequestState = 'OPEN' | 'MERGED' | 'DECLINED';

export interface PullRequestSide {
  repository: Repository;
  branch: string;
  latestCommit: string;
}

export interface PullRequest {
  /** Counted per target repository. */
  id: number;
  version: number;
  title: string;
  description: string;
  state: PullRequestState;
  author: string;
  createdDate: number;
  updatedDate: number;
  closedDate: number | undefined;
  from: PullRequestSide;
  to: PullRequestSide;
  /** Neither side merges with the other without help. */
  hasConflict: boolean;
  mergeCommit: string | undefined;
}
