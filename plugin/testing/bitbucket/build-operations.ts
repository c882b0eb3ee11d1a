/**
 * Build actions started in Bitbucket (jenkins-integration.md C7): may this user run the build again or stop it, the
 * way to authorise, and the signed `POST <job URL>build` or `POST <build URL>stop`.
 */
import { json, redirect, type Answer, type Incoming } from './answer.js';
import type { StandInContext } from './context.js';
import { isRecord, parseJson, text } from './json-body.js';
import { findBuild, type LinkedBuild } from './known-build.js';
import { dancePath } from './login-dance.js';
import { restError } from './rest/rest-error.js';
import { callAsUser, type CallResult } from './signed-call.js';
import type { Link, User } from './state.js';

export interface BuildAction {
  id: string;
  name: string;
  /** Where it is posted; undefined: not with this build. */
  target: (found: LinkedBuild) => string | undefined;
}

const below = (url: string, name: string): string => `${url.replace(/\/$/, '')}/${name}`;

const actions: readonly BuildAction[] = [
  { id: 'ScheduleBuildAction', name: 'Run build again', target: ({ jobUrl }) => below(jobUrl, 'build') },
  {
    id: 'StopBuildAction',
    name: 'Stop build',
    target: ({ runningUrl }) => (runningUrl === undefined ? undefined : below(runningUrl, 'stop')),
  },
];

export const actionsOf = (found: LinkedBuild): readonly BuildAction[] =>
  actions.filter(({ target }) => target(found) !== undefined);

/** In the user's name; undefined for an action that this build does not offer. */
export async function runAction(
  context: StandInContext,
  found: LinkedBuild,
  id: string | undefined,
  user: User,
): Promise<CallResult | undefined> {
  const target = actions.find((action) => action.id === id)?.target(found);
  if (target === undefined) return undefined;
  const headers = { Accept: 'application/json' };
  return callAsUser(context, { link: found.link, user: user.name, method: 'POST', target, headers });
}

const needsAuthorization = (context: StandInContext, link: Link, user: User): boolean =>
  context.state.tokens.get(link.id, user.name)?.kind !== 'access';

const find = (context: StandInContext, { captures }: Incoming, key: string | null | undefined) =>
  findBuild(context, { commit: captures[2] ?? '', key: key ?? '' });

export function showOperations(context: StandInContext, incoming: Incoming, user: User): Answer {
  const found = find(context, incoming, incoming.query.get('key'));
  if (!found) return restError(404, 'No build has this key.');
  const isAuthorizationRequired = needsAuthorization(context, found.link, user);
  const offered = isAuthorizationRequired ? [] : actionsOf(found).map(({ id, name }) => ({ id, name }));
  return json(200, { isAuthorizationRequired, buildServerId: found.link.displayUrl, actions: offered });
}

export async function runOperation(context: StandInContext, incoming: Incoming, user: User): Promise<Answer> {
  const body = parseJson(incoming.body);
  const id = isRecord(body) ? text(body.id) : undefined;
  if (!isRecord(body) || !actions.some((action) => action.id === id)) {
    return restError(400, 'This action is unknown.');
  }
  const found = find(context, incoming, text(body.key));
  if (!found) return restError(404, 'No build has this key.');
  const result = await runAction(context, found, id, user);
  if (!result) return restError(409, 'This build does not offer the action now.');
  if (result.outcome === 'ok') return json(200, {});
  if (result.outcome === 'credentials-required') {
    return restError(401, 'The build server asks for authorisation.');
  }
  const { status = 'nothing', problem = '' } = result;
  return restError(409, `The build server answered ${status} ${problem}`.trim());
}

/** `buildServerId` is the URL of the CI server without a trailing slash. */
export function authorizeBuildServer(context: StandInContext, incoming: Incoming): Answer {
  const id = (incoming.query.get('buildServerId') ?? '').replace(/\/+$/, '');
  const links = [...context.state.links.values()];
  const link = links.find(({ displayUrl, rpcUrl }) => displayUrl === id || rpcUrl === id);
  if (!link) return restError(404, 'No application link leads to this build server.');
  const query = new URLSearchParams({ applicationLinkID: link.id });
  const callbackUrl = incoming.query.get('callbackUrl');
  if (callbackUrl) query.set('redirectUrl', callbackUrl);
  return redirect(`${incoming.base}${dancePath}/authorize?${query.toString()}`);
}
