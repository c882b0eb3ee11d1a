/**
 * The levels of a remote without the status API (applinks-oauth1.md 3.4 row 4'): a signed request in the
 * administrator's name to the older resources, and what each refusal means.
 */
import { isRecord, parseJson, type JsonRecord } from '../json-body.js';
import { callAsApplication, callAsUser, type CallResult } from '../signed-call.js';
import type { Link } from '../state.js';
import type { LinkingContext } from './context.js';
import { providerClasses } from './link-types.js';
import { disabled, levelOfConsumer, levelOfProviders, type Level, type Levels } from './oauth-levels.js';
import { challengeError, StatusError, unexpectedStatus } from './status-error.js';
import { isAtLeast } from './version.js';

const listIn = (body: JsonRecord, name: string): JsonRecord[] => [body[name] ?? []].flat().filter(isRecord);

const rank = (level: Level): number =>
  Number(level.enabled) + Number(level.twoLoEnabled) + Number(level.twoLoImpersonationEnabled);

function readAuthentication(source: string): Levels {
  const body = parseJson(source);
  if (!isRecord(body)) throw new StatusError('UNEXPECTED_RESPONSE', 'The authentication is no object.');
  const incoming = listIn(body, 'consumers')
    .filter(({ outgoing }) => outgoing !== true)
    .map(({ twoLOAllowed, twoLOImpersonationAllowed }) =>
      levelOfConsumer({
        twoLegged: twoLOAllowed === true,
        impersonation: twoLOImpersonationAllowed === true,
      }),
    )
    .reduce((best, level) => (rank(level) > rank(best) ? level : best), disabled);
  const classes = listIn(body, 'configuredAuthProviders').map(({ provider }) => String(provider));
  return { incoming, outgoing: levelOfProviders(new Set(classes)) };
}

function judge(result: CallResult): 'found' | 'missing' {
  if (result.outcome === 'credentials-required') {
    throw new StatusError(result.exchange ? 'REMOTE_AUTH_TOKEN_REQUIRED' : 'LOCAL_AUTH_TOKEN_REQUIRED');
  }
  const problem = challengeError(result);
  if (problem) throw problem;
  if (result.status === 401 || result.status === 403) throw new StatusError('INSUFFICIENT_REMOTE_PERMISSION');
  if (result.status === 404) return 'missing';
  if (result.status !== 200) throw unexpectedStatus(result.status ?? 0);
  return 'found';
}

export async function askAuthentication(
  context: LinkingContext,
  link: Link,
  user: string,
  applinksVersion: string | undefined,
): Promise<Levels> {
  const ask = (target: string): Promise<CallResult> => {
    const call = { link, method: 'GET', target, headers: { Accept: 'application/json' } };
    if (link.providers.has(providerClasses.impersonating)) {
      return callAsApplication(context, { ...call, requestor: user });
    }
    if (link.providers.has(providerClasses.threeLegged)) return callAsUser(context, { ...call, user });
    throw new StatusError('NO_OUTGOING_AUTH');
  };
  const module = isAtLeast(applinksVersion, '5.0') ? 'applinks-oauth/latest' : 'applinks/2.0';
  const result = await ask(`rest/${module}/applicationlink/${context.own().id}/authentication`);
  if (judge(result) === 'missing') throw new StatusError('NO_REMOTE_APPLINK');
  return readAuthentication(result.body);
}
