/**
 * Build actions started in Bitbucket, in small (jenkins-integration.md C7): may this user run the build again, the
 * way to authorise, and the signed `POST <job URL>build`.
 */
import { json, redirect, type Answer, type Incoming } from './answer.js';
import type { StandInContext } from './context.js';
import { isRecord, parseJson, text } from './json-body.js';
import { dancePath } from './login-dance.js';
import { callAsUser, type CallResult } from './signed-call.js';
import type { KnownBuild, Link, User } from './state.js';

const scheduleBuild = 'ScheduleBuildAction';

const failure = (status: number, message: string): Answer =>
  json(status, { errors: [{ context: null, message, exceptionName: null }] });

function find(
  context: StandInContext,
  key: string | undefined,
): { build: KnownBuild; link: Link } | undefined {
  const build = context.state.builds.get(key ?? '');
  const link = build && context.state.links.get(build.linkId);
  return link && { build, link };
}

/** The signed `POST <job URL>build`. */
export const startBuild = (
  context: StandInContext,
  link: Link,
  build: KnownBuild,
  user: User,
): Promise<CallResult> =>
  callAsUser(context, {
    link,
    user: user.name,
    method: 'POST',
    target: `${build.jobUrl.replace(/\/$/, '')}/build`,
    headers: { Accept: 'application/json' },
  });

const needsAuthorization = (context: StandInContext, link: Link, user: User): boolean =>
  context.state.tokens.get(link.id, user.name)?.kind !== 'access';

export function showOperations(context: StandInContext, incoming: Incoming, user: User): Answer {
  const found = find(context, incoming.query.get('key') ?? undefined);
  if (!found) return failure(404, 'No build has this key.');
  const isAuthorizationRequired = needsAuthorization(context, found.link, user);
  const actions = isAuthorizationRequired ? [] : [{ id: scheduleBuild, name: 'Run build again' }];
  return json(200, { isAuthorizationRequired, buildServerId: found.link.displayUrl, actions });
}

export async function runOperation(context: StandInContext, incoming: Incoming, user: User): Promise<Answer> {
  const body = parseJson(incoming.body);
  if (!isRecord(body) || body.id !== scheduleBuild) return failure(400, 'This action is unknown.');
  const found = find(context, text(body.key));
  if (!found) return failure(404, 'No build has this key.');
  const { link, build } = found;
  const result = await startBuild(context, link, build, user);
  if (result.outcome === 'ok') return json(200, {});
  if (result.outcome === 'credentials-required')
    return failure(401, 'The build server asks for authorisation.');
  return failure(
    409,
    `The build server answered ${result.status ?? 'nothing'} ${result.problem ?? ''}`.trim(),
  );
}

/** `buildServerId` is the URL of the CI server without a trailing slash. */
export function authorizeBuildServer(context: StandInContext, incoming: Incoming): Answer {
  const id = (incoming.query.get('buildServerId') ?? '').replace(/\/+$/, '');
  const links = [...context.state.links.values()];
  const link = links.find(({ displayUrl, rpcUrl }) => displayUrl === id || rpcUrl === id);
  if (!link) return failure(404, 'No application link leads to this build server.');
  const query = new URLSearchParams({ applicationLinkID: link.id });
  const callbackUrl = incoming.query.get('callbackUrl');
  if (callbackUrl) query.set('redirectUrl', callbackUrl);
  return redirect(`${incoming.base}${dancePath}/authorize?${query.toString()}`);
}
