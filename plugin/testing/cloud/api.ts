/**
 * What a token opens at the API address (oauth2.md 4.1): the sites that it may use, the account behind it, and Jira
 * below `/ex/jira/{cloudid}`. 401 means the token, 403 the scope, 404 a site that is not of this grant, 429 too much.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { json, type Answer, type Incoming } from '../bitbucket/answer.js';
import { visibleSites, type CloudContext, type Site } from './context.js';
import type { CloudGrant } from './grants.js';

type ApiHandler = (context: CloudContext, incoming: Incoming, grant: CloudGrant) => Answer;

const failure = (code: number, message: string): Answer => json(code, { code, message });

/** Requests with a token that is good, wherever it leads. */
export const forGrant =
  (context: CloudContext, handle: ApiHandler) =>
  (incoming: Incoming, { authorization }: IncomingHttpHeaders): Answer => {
    const accessToken = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1] ?? '';
    const grant = context.grants.find(accessToken);
    return grant ? handle(context, incoming, grant) : failure(401, 'Unauthorized');
  };

const needs =
  (scope: string, handle: ApiHandler): ApiHandler =>
  (context, incoming, grant) =>
    grant.scopes.includes(scope)
      ? handle(context, incoming, grant)
      : failure(403, `The scope ${scope} is missing.`);

function refusal({ switches }: CloudContext): Answer | undefined {
  const { refuses, retryAfterSeconds } = switches;
  if (refuses === undefined) return undefined;
  const answer = failure(refuses, `Refused with ${refuses}.`);
  if (refuses !== 429) return answer;
  return { ...answer, headers: { ...answer.headers, 'Retry-After': String(retryAfterSeconds) } };
}

const grantedSites = (context: CloudContext, { siteName }: CloudGrant): Site[] =>
  visibleSites(context).filter(({ name }) => siteName === undefined || name === siteName);

/** First capture: the cloudid. */
export const inJira =
  (handle: ApiHandler): ApiHandler =>
  (context, incoming, grant) => {
    const isOpen = grantedSites(context, grant).some(({ id }) => id === incoming.captures[0]);
    if (!isOpen) return failure(404, 'There is no such site.');
    return refusal(context) ?? handle(context, incoming, grant);
  };

const accountOf = (user: string) => ({
  accountId: `557058:${user}`,
  displayName: user,
  email: `${user}@cloud.example`,
});

export const accessibleResources: ApiHandler = (context, _incoming, grant) =>
  json(
    200,
    grantedSites(context, grant).map(({ id, name, url }) => ({
      id,
      name,
      url,
      scopes: grant.scopes.filter((scope) => scope !== 'offline_access'),
      avatarUrl: `${url}/avatar.png`,
    })),
  );

export const showAccount = needs('read:me', (_context, _incoming, { user }) => {
  const { accountId, displayName, email } = accountOf(user);
  return json(200, { account_type: 'atlassian', account_id: accountId, name: displayName, email });
});

export const showMyself = needs('read:jira-user', (_context, _incoming, { user }) => {
  const { accountId, displayName, email } = accountOf(user);
  return json(200, { accountId, accountType: 'atlassian', displayName, emailAddress: email, active: true });
});

export const nothingThere: ApiHandler = () => failure(404, 'There is nothing here.');

/** A site's own host takes none of these tokens. */
export const siteAnswer = (): Answer => failure(401, 'Unauthorized');
