/**
 * Calls with a bearer token (RFC 6750; oauth2.md 2.7; part 7, rows 13, 22, 23). An Atlassian product answers a dead token
 * as it answers nobody: with what anybody may see, a login page, or 404. So an answer that does not prove itself is
 * doubted, the peer is asked whose the token is, and a token that is nobody's is renewed, once.
 */
import type { Context } from '../../context.js';
import { CredentialsRequired, PeerRefused, PeerUnreachable } from '../../errors.js';
import { digest } from '../../store/digest.js';
import type { Link } from '../../store/store.js';
import type { Calls } from '../calls.js';
import { connectUrl } from '../connect-url.js';
import { readCall, type CallInit, type PreparedCall } from '../prepared-call.js';
import type { Transport, TransportAnswer } from '../transport.js';
import { callBaseOf } from './flows.js';
import type { GrantPlace, OpenOAuth2Grant } from './grant-place.js';
import type { OAuth2Grants } from './grants.js';
import { userOf, type AskIdentity } from './identity.js';
import { peerOf } from './peer.js';
import type { Preset } from './presets.js';
import { missingScopes } from './scopes.js';

/** What came back; `redirected` is how a login page is asked for. */
type Reply = TransportAnswer | PeerUnreachable;

const trustedMs = 60_000;
const mostTrusted = 1000;

export function createOAuth2Calls(
  context: Context,
  transport: Transport,
  grants: OAuth2Grants,
  askIdentity: AskIdentity,
): Calls {
  const { config } = context;
  /** Tokens that were somebody's a moment ago, by digest. */
  const trustedUntilMs = new Map<string, number>();

  const credentialsRequired = (
    { link, connection }: GrantPlace,
    scopes: readonly string[] = [],
  ): CredentialsRequired =>
    new CredentialsRequired(link.id, connectUrl(context, link, connection, scopes), link.name, scopes);

  const send = async (call: PreparedCall, { document }: OpenOAuth2Grant): Promise<Reply> => {
    const headers = { ...call.headers, authorization: `Bearer ${document.accessToken}` };
    const { method, url, body, maxBytes, timeoutMs, signal } = call;
    return transport
      .request({ method, url, headers, body, maxBytes, timeoutMs, signal })
      .catch((error: unknown) => {
        if (error instanceof PeerUnreachable && error.kind === 'redirected') return error;
        throw error;
      });
  };

  /** Did the peer count the token? Asks it when the answer leaves that open, of the same token once a minute at most. */
  const isCounted = async (
    { peer }: GrantPlace,
    base: string | null,
    { document }: OpenOAuth2Grant,
    reply: Reply,
  ): Promise<boolean> => {
    const { preset } = peer;
    if (preset.identity === null || document.identity === null || base === null) {
      const isYoung = config.clock() - document.obtainedAtMs < trustedMs;
      return isYoung || isPeerUnreachable(reply) || reply.status !== 401;
    }
    const doubt = doubtOf(preset, document.identity.name, reply);
    const key = digest(document.accessToken);
    const isTrusted = (trustedUntilMs.get(key) ?? 0) > config.clock();
    if (doubt === 'none' || (doubt === 'some' && isTrusted)) return true;
    if ((await askIdentity(preset, base, document.accessToken)) === 'anonymous') return false;
    if (trustedUntilMs.size >= mostTrusted) trustedUntilMs.clear();
    trustedUntilMs.set(key, config.clock() + trustedMs);
    return true;
  };

  const open = async (
    place: GrantPlace,
    scopes: readonly string[],
    refused?: string,
  ): Promise<OpenOAuth2Grant> => {
    const { peer } = place;
    const opened = await grants.open(place, refused);
    if (!opened) throw credentialsRequired(place);
    const missing = missingScopes(peer.preset.scopes, opened.document.scopes, scopes);
    if (missing.length > 0) throw credentialsRequired(place, missing);
    return opened;
  };

  const call = async (place: GrantPlace, path: string, init: CallInit = {}): Promise<TransportAnswer> => {
    const { link, peer } = place;
    const scopes = typeof init.scope === 'string' ? [init.scope] : (init.scope ?? []);
    const first = await open(place, scopes);
    const base = callBaseOf(config.cloud.apiUrl, peer, first.document.cloudId);
    const prepared = readCall({ name: link.name, base }, path, init);
    const reply = await send(prepared, first);
    if (await isCounted(place, base, first, reply)) return answerOf(reply);
    const second = await open(place, scopes, first.document.accessToken);
    if (!mayRepeat(prepared, reply)) throw takenAsNobody(link);
    const again = await send(prepared, second);
    if (await isCounted(place, base, second, again)) return answerOf(again);
    throw takenAsNobody(link);
  };

  return {
    asUser: (target, userId, path, init) =>
      call({ ...target, peer: peerOf(context, target.link, target.connection), userId }, path, init),
    asApplication: (target, _requestor, path, init) =>
      call({ ...target, peer: peerOf(context, target.link, target.connection), userId: null }, path, init),
  };
}

/**
 * `none`: the answer names the user, or comes from the cloud, which says 401 · `some`: it may be the answer to nobody, as
 * all of Confluence's · `strong`: it says so.
 */
function doubtOf({ kind, identity }: Preset, user: string, reply: Reply): 'none' | 'some' | 'strong' {
  if (isPeerUnreachable(reply)) return 'strong';
  if (reply.status === 401) return 'strong';
  if (kind !== 'data-center' || userOf(reply.headers)?.name === user) return 'none';
  // Bitbucket names the user in every answer that is not made for nobody.
  return identity?.from === 'header' && reply.status < 400 ? 'strong' : 'some';
}

const isPeerUnreachable = (reply: Reply): reply is PeerUnreachable => reply instanceof PeerUnreachable;

function answerOf(reply: Reply): TransportAnswer {
  if (isPeerUnreachable(reply)) throw reply;
  return reply;
}

/** What nobody was let do can be tried again; what was done as nobody must not be done twice. */
function mayRepeat({ method }: PreparedCall, reply: Reply): boolean {
  return method === 'GET' || method === 'HEAD' || isPeerUnreachable(reply) || reply.status >= 400;
}

function takenAsNobody({ name }: Link): PeerRefused {
  return new PeerRefused({
    status: 401,
    problem: 'anonymous',
    explanation: `${name} issues tokens and then treats them as nobody's: the account may be deactivated there, or tokens are switched off. Ask an administrator there.`,
  });
}
