/** A build status as it was posted, and what is known of who posted it (jenkins-integration.md C4, C6). */
import type { Repository } from '../repositories/repository.js';

export type BuildState = 'SUCCESSFUL' | 'FAILED' | 'INPROGRESS' | 'CANCELLED' | 'UNKNOWN';

export interface TestResults {
  successful: number;
  failed: number;
  skipped: number;
}

/** The three headers of a signed status; without `base-url` there is no link to look for a key at. */
export interface StatusSignature {
  baseUrl: string | undefined;
  algorithm: string | undefined;
  value: string | undefined;
  /** Undefined when nothing was signed, or no link of this address has a public key. */
  isValid: boolean | undefined;
}

export interface BuildStatus {
  commit: string;
  /** Undefined: posted by the older resource, which knows commits only. */
  repository: Repository | undefined;
  key: string;
  state: BuildState;
  url: string;
  name?: string;
  description?: string;
  buildNumber?: string;
  parent?: string;
  ref?: string;
  duration?: number;
  testResults?: TestResults;
  /** Milliseconds since 1970. */
  createdDate: number;
  updatedDate: number;
  /** Undefined: anonymous. */
  postedBy: string | undefined;
  signature: StatusSignature;
}
