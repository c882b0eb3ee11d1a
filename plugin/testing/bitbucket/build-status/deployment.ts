/** A deployment as it was posted (jenkins-integration.md C8). */
import type { Repository } from '../repositories/repository.js';

export const deploymentStates = [
  'PENDING',
  'IN_PROGRESS',
  'CANCELLED',
  'FAILED',
  'ROLLED_BACK',
  'SUCCESSFUL',
  'UNKNOWN',
] as const;

/** In the order in which Bitbucket shows them. */
export const environmentTypes = ['PRODUCTION', 'STAGING', 'TESTING', 'DEVELOPMENT'] as const;

export interface DeploymentEnvironment {
  key: string;
  displayName: string;
  type?: (typeof environmentTypes)[number];
  url?: string;
}

export interface Deployment {
  repository: Repository;
  commit: string;
  deploymentSequenceNumber: number;
  description: string;
  displayName: string;
  environment: DeploymentEnvironment;
  key: string;
  state: (typeof deploymentStates)[number];
  url: string;
  lastUpdated: number;
}
