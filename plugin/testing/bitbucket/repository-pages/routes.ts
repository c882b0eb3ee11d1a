/** Addresses of the pages about what is hosted, which links from outside lead to (jenkins-integration.md C1 row 26). */
import type { StandInContext } from '../context.js';
import type { Route } from '../route.js';
import { commitPage, runOnPage } from './commit-page.js';
import { formRoute, pageRoute } from './hosting-page.js';
import { declineOnPage, mergeOnPage, pullRequestPage, pullRequestsPage } from './pull-request-page.js';
import { projectPage, projectsPage, repositoryPage } from './repository-page.js';
import { redeliverOnPage, testOnPage, webhooksPage } from './webhooks-page.js';

export function repositoryPageRoutes(context: StandInContext): readonly Route[] {
  const repository = '/projects/([^/]+)/repos/([^/]+)';
  const commit = `${repository}/commits/([0-9a-f]+)`;
  const pullRequest = `${repository}/pull-requests/(\\d+)`;
  const webhooks = `/plugins/servlet/webhooks${repository}`;
  return [
    pageRoute(context, '/projects', projectsPage),
    pageRoute(context, '/projects/([^/]+)', projectPage),
    // The project of a person.
    pageRoute(context, '/users/([^/]+)', (_, incoming) =>
      projectPage(context, { ...incoming, captures: [`~${incoming.captures[0] ?? ''}`] }),
    ),
    pageRoute(context, `${repository}(?:/browse|/commits|/compare/commits)?`, repositoryPage),
    pageRoute(context, commit, commitPage),
    formRoute(context, `${commit}/run`, runOnPage),
    pageRoute(context, `${repository}/pull-requests`, pullRequestsPage),
    pageRoute(context, `${pullRequest}(?:/overview)?`, pullRequestPage),
    formRoute(context, `${pullRequest}/merge`, mergeOnPage),
    formRoute(context, `${pullRequest}/decline`, declineOnPage),
    pageRoute(context, webhooks, webhooksPage),
    formRoute(context, `${webhooks}/test`, testOnPage),
    formRoute(context, `${webhooks}/redeliver`, redeliverOnPage),
  ];
}
