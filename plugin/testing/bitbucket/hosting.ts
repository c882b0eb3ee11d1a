/** What the stand-in remembers as a host of repositories, capability by capability. */
import type { AccessToken } from './access-tokens/access-token.js';
import { createBuildStatusMemory, type BuildStatusMemory } from './build-status/memory.js';
import { defaultCapabilities, type CapabilitySwitches } from './capabilities/switches.js';
import type { Deployment } from './build-status/deployment.js';
import type { Mirror } from './mirrors/mirror.js';
import type { PullRequest } from './pull-requests/pull-request.js';
import { createRepositoryMemory, type RepositoryMemory } from './repositories/memory.js';
import { createWebhookMemory, type WebhookMemory } from './webhooks/memory.js';

export interface Hosting {
  repositories: RepositoryMemory;
  /** Of all repositories, oldest first; numbered per target repository. */
  pullRequests: PullRequest[];
  webhooks: WebhookMemory;
  buildStatuses: BuildStatusMemory;
  deployments: Deployment[];
  /** HTTP access tokens by value. */
  accessTokens: Map<string, AccessToken>;
  capabilitySwitches: CapabilitySwitches;
  mirrors: Mirror[];
}

export const createHosting = (): Hosting => ({
  repositories: createRepositoryMemory(),
  pullRequests: [],
  webhooks: createWebhookMemory(),
  buildStatuses: createBuildStatusMemory(),
  deployments: [],
  accessTokens: new Map(),
  capabilitySwitches: defaultCapabilities(),
  mirrors: [],
});
