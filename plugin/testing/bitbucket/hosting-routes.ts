/** Every address of the stand-in as a host of repositories; Jira and Confluence have but the projects. */
import { buildStatusRoutes } from './build-status/rest.js';
import { deploymentRoutes } from './build-status/deployments-rest.js';
import { capabilityRoutes } from './capabilities/routes.js';
import type { StandInContext } from './context.js';
import { gitRoutes } from './git-http/routes.js';
import { mirrorRoutes } from './mirrors/routes.js';
import { pullRequestRoutes } from './pull-requests/rest.js';
import { projectRoutes, repositoryRoutes } from './repositories/routes.js';
import { repositoryPageRoutes } from './repository-pages/routes.js';
import type { Route } from './route.js';
import { webhookRoutes } from './webhooks/rest.js';

export function hostingRoutes(context: StandInContext): readonly Route[] {
  if (context.state.product !== 'stash') return projectRoutes(context);
  return [
    ...projectRoutes(context),
    ...repositoryRoutes(context),
    ...pullRequestRoutes(context),
    ...webhookRoutes(context),
    ...buildStatusRoutes(context),
    ...deploymentRoutes(context),
    ...capabilityRoutes(context),
    ...mirrorRoutes(context),
    ...gitRoutes(context),
    ...repositoryPageRoutes(context),
  ];
}
