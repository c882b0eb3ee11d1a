/** The stand-in as a host of repositories, as a test drives it: one driver for each capability. */
import { createAccessTokensDriver, type AccessTokensDriver } from './access-tokens/driver.js';
import { createBuildStatusesDriver, type BuildStatusesDriver } from './build-status/driver.js';
import type { CapabilitySwitches } from './capabilities/switches.js';
import type { StandInContext } from './context.js';
import { createPullRequestsDriver, type PullRequestsDriver } from './pull-requests/driver.js';
import { createRepositoriesDriver, type RepositoriesDriver } from './repositories/driver.js';
import type { Mirror } from './mirrors/mirror.js';
import { createWebhooksDriver, type WebhooksDriver } from './webhooks/driver.js';

export interface HostingDriver {
  /** Projects and repositories, which real git clones from and pushes to. */
  readonly repositories: RepositoriesDriver;
  readonly pullRequests: PullRequestsDriver;
  readonly webhooks: WebhooksDriver;
  /** Build statuses and deployments that it was told of. */
  readonly buildStatuses: BuildStatusesDriver;
  /** HTTP access tokens. */
  readonly accessTokens: AccessTokensDriver;
  /** What an older one could not do; change them at any time. */
  readonly capabilities: CapabilitySwitches;
  /** None; add to them at any time. */
  readonly mirrors: Mirror[];
}

export const createHostingDriver = (context: StandInContext): HostingDriver => ({
  repositories: createRepositoriesDriver(context),
  pullRequests: createPullRequestsDriver(context),
  webhooks: createWebhooksDriver(context),
  buildStatuses: createBuildStatusesDriver(context),
  accessTokens: createAccessTokensDriver(context),
  capabilities: context.capabilitySwitches,
  mirrors: context.mirrors,
});
