/**
 * How a link is doing (applinks-oauth1.md 3.4): the checks in the original's order, ended by the first problem. A
 * generic link is never asked anything and always reads `GENERIC_LINK`, which is healthy.
 */
import type { Exchange } from '../../http-exchange.js';
import { parseJson } from '../json-body.js';
import { linkIdFromUrl } from '../link-id.js';
import { dancePath } from '../login-dance.js';
import { reportedProblem } from '../oauth-challenge.js';
import { callAsApplication } from '../signed-call.js';
import type { Link } from '../state.js';
import type { LinkingContext } from './context.js';
import { isAtlassianType, providerClasses } from './link-types.js';
import { localLevels } from './local-oauth.js';
import { isSameLevel, readLevels, type Level, type Levels } from './oauth-levels.js';
import { createRemoteRest } from './remote-rest.js';
import { askAuthentication } from './remote-authentication.js';
import { challengeError, networkError, StatusError, unexpectedStatus } from './status-error.js';
import { isAtLeast } from './version.js';

export interface LinkStatus {
  link: { id: string; name: string; displayUrl: string; rpcUrl: string; type: string };
  working: boolean;
  localAuthentication: Levels;
  remoteAuthentication?: Levels;
  error?: { category: string; type: string; details: string; authorisationUri?: string };
}

/** With the status API: anonymous, by the server id and then by the id of the URL. */
async function remoteLevelsByStatusApi(context: LinkingContext, link: Link): Promise<Levels> {
  const rest = createRemoteRest(context, link.rpcUrl);
  const { id, baseUrl } = context.own();
  for (const peerId of [id, linkIdFromUrl(baseUrl)]) {
    const answer = await rest({ method: 'GET', path: `rest/applinks/3.0/status/${peerId}/oauth` });
    if (answer.status === 404) continue;
    if (answer.status !== 200) throw unexpectedStatus(answer.status);
    const levels = readLevels(parseJson(answer.body));
    if (!levels) throw new StatusError('UNEXPECTED_RESPONSE', 'The levels are not what was expected.');
    return levels;
  }
  throw new StatusError('NO_REMOTE_APPLINK');
}

const isThreeLeggedOnly = ({ enabled, twoLoEnabled }: Level): boolean => enabled && !twoLoEnabled;

/**
 * Basic or Trusted Apps beside OAuth, or instead of it. Whether the administrator could remove them at the other side
 * too is not asked, so it is always for a person to do.
 */
function rejectLegacy({ providers }: Link, { incoming, outgoing }: Levels): void {
  if (!providers.has(providerClasses.basic) && !providers.has(providerClasses.trustedApps)) return;
  const isReplaced = incoming.enabled || outgoing.enabled;
  throw new StatusError(isReplaced ? 'MANUAL_LEGACY_REMOVAL' : 'MANUAL_LEGACY_UPDATE');
}

function compare(link: Link, local: Levels, remote: Levels): void {
  const all = [local.incoming, local.outgoing, remote.incoming, remote.outgoing];
  if (all.some(isThreeLeggedOnly)) throw new StatusError('AUTH_LEVEL_UNSUPPORTED');
  const isMatch =
    isSameLevel(local.incoming, remote.outgoing) && isSameLevel(local.outgoing, remote.incoming);
  if (!isMatch) throw new StatusError('AUTH_LEVEL_MISMATCH');
  rejectLegacy(link, local);
  if (all.every(({ enabled }) => !enabled)) throw new StatusError('DISABLED');
}

function judgeRoundTrip(answer: Exchange): void {
  const reported = reportedProblem(answer.headers);
  const problem = challengeError(reported);
  if (problem) throw problem;
  const isLevelOff = answer.status === 401 && reported !== undefined && answer.body === '';
  if (isLevelOff) throw new StatusError('AUTH_LEVEL_UNSUPPORTED', 'The level is switched off remotely.');
  if (answer.status < 200 || answer.status > 299) throw unexpectedStatus(answer.status);
}

/** Step 9: a signed request without a user. */
async function roundTrip(context: LinkingContext, link: Link): Promise<void> {
  const target = 'rest/applinks/latest/manifest';
  const headers = { Accept: 'application/json' };
  const { exchange } = await callAsApplication(context, { link, method: 'GET', target, headers });
  if (exchange) judgeRoundTrip(exchange);
}

const tokenProblems = ['LOCAL_AUTH_TOKEN_REQUIRED', 'REMOTE_AUTH_TOKEN_REQUIRED'];

async function evaluate(
  context: LinkingContext,
  link: Link,
  user: string,
  found: (levels: Levels) => void,
): Promise<void> {
  if (link.typeId === 'generic') throw new StatusError('GENERIC_LINK');
  if (!isAtlassianType(link.typeId)) throw new StatusError('NON_ATLASSIAN');
  const local = localLevels(context, link);
  const { applinksVersion, capabilities, error } = await context.capabilities.of(link);
  if (error) throw error;
  if (!isAtLeast(applinksVersion, '4.0.13')) throw new StatusError('REMOTE_VERSION_INCOMPATIBLE');
  const hasStatusApi = capabilities.has('STATUS_API');
  const remote = hasStatusApi
    ? await remoteLevelsByStatusApi(context, link)
    : await askAuthentication(context, link, user, applinksVersion).catch(async (failure: unknown) => {
        // A round trip tells more than a missing token does.
        const isToken = failure instanceof StatusError && tokenProblems.includes(failure.type);
        if (isToken && local.outgoing.twoLoEnabled) await roundTrip(context, link);
        throw failure;
      });
  found(remote);
  compare(link, local, remote);
  if (hasStatusApi && local.outgoing.twoLoEnabled) await roundTrip(context, link);
}

const accessErrors = [...tokenProblems, 'INSUFFICIENT_REMOTE_PERMISSION'];

/** `user`: the administrator who asks, in whose name older remotes are asked. */
export async function linkStatus(
  context: LinkingContext,
  link: Link,
  user: string,
  authorisationCallback?: string,
): Promise<LinkStatus> {
  const { id, name, displayUrl, rpcUrl, typeId: type } = link;
  const answer: LinkStatus = {
    link: { id, name, displayUrl, rpcUrl, type },
    working: false,
    localAuthentication: localLevels(context, link),
  };
  try {
    await evaluate(context, link, user, (levels) => (answer.remoteAuthentication = levels));
    return { ...answer, working: true };
  } catch (failure) {
    const error = networkError(failure);
    const query = new URLSearchParams({ applicationLinkID: id });
    if (authorisationCallback) query.set('redirectUrl', authorisationCallback);
    const authorisationUri = `${context.own().baseUrl}${dancePath}/authorize?${query.toString()}`;
    const { category, type: errorType, details } = error;
    const shown = { category, type: errorType, details };
    return {
      ...answer,
      error: accessErrors.includes(errorType) ? { ...shown, authorisationUri } : shown,
    };
  }
}
