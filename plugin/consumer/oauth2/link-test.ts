/**
 * Does a connection by OAuth 2.0 work, and if not, at which stage does it fail (oauth2.md 5.2 step 8, 5.3)? A full round
 * trip in the order in which each step needs the ones before it. The token is renewed for it, as only that proves client
 * ID and secret; and the peer is asked whose it is, as a 200 proves nothing there (2.7).
 */
import type { Context } from '../../context.js';
import { PeerRefused, PeerUnreachable } from '../../errors.js';
import type { HostUser } from '../../host.js';
import type { Connection, Link } from '../../store/store.js';
import { Found, type StatusType, type TestStep } from '../status-types.js';
import { latestFlow } from './flow-note.js';
import { callBaseOf } from './flows.js';
import type { GrantPlace, OpenOAuth2Grant } from './grant-place.js';
import type { OAuth2Grants } from './grants.js';
import type { AskIdentity } from './identity.js';
import type { MetadataReader } from './metadata.js';
import { describePeer, peerOf, type OAuth2Peer } from './peer.js';
import { missingScopes } from './scopes.js';

export interface TestReport {
  steps: TestStep[];
  hints: string[];
}

/** Fills the report on its way. @throws Found, PeerRefused, PeerUnreachable for what is wrong */
export type TestOAuth2 = (
  link: Link,
  connection: Connection,
  user: HostUser | undefined,
  report: TestReport,
) => Promise<StatusType>;

export function createOAuth2LinkTest(
  context: Context,
  grants: OAuth2Grants,
  metadata: MetadataReader,
  askIdentity: AskIdentity,
): TestOAuth2 {
  const { config } = context;

  const readMetadata = async (peer: OAuth2Peer): Promise<string> => {
    if (peer.preset.kind === 'cloud' || peer.issuer === null) return 'Not needed.';
    const found = await metadata.read(peer.issuer, peer.preset.kind === 'data-center');
    return found ? `It says that it is ${found.issuer}.` : 'It has none, which is normal.';
  };

  const authorised = async (place: GrantPlace): Promise<OpenOAuth2Grant> => {
    const known = await grants.look(place);
    if (known) return known;
    const flow = await latestFlow(context, place.link.id, place.connection.id);
    if (flow?.userId !== place.userId) throw new Found({ type: 'LOCAL_AUTH_TOKEN_REQUIRED' });
    if (flow.outcome === 'never_returned' || flow.outcome === 'under_way')
      throw new Found({ type: 'OAUTH2_NOT_FINISHED' });
    throw new Found({ type: 'LOCAL_AUTH_TOKEN_REQUIRED', answer: flow.message ?? undefined });
  };

  const identified = async (place: GrantPlace, { document }: OpenOAuth2Grant): Promise<string> => {
    const { preset } = place.peer;
    const base = callBaseOf(config.cloud.apiUrl, place.peer, document.cloudId);
    const found = base === null ? 'unknown' : await askIdentity(preset, base, document.accessToken);
    if (found === 'anonymous') throw new Found({ type: 'OAUTH2_ANONYMOUS' });
    return found === 'unknown'
      ? 'It does not tell whose token it is.'
      : `You are ${found.displayName} there.`;
  };

  return async (link, connection, user, { steps, hints }) => {
    const step = async <T>(name: TestStep['name'], run: () => Promise<T>, say: (done: T) => string) => {
      try {
        const done = await run();
        steps.push({ name, outcome: 'passed', text: say(done) });
        return done;
      } catch (error) {
        steps.push({ name, outcome: 'failed', text: error instanceof Found ? '' : messageOf(error) });
        throw error;
      }
    };
    const same = (text: string): string => text;
    const { missing } = describePeer(context, link, connection);
    const peer = await step(
      'credentials',
      () => {
        if (missing.length > 0)
          throw new Found({ type: 'OAUTH2_INCOMPLETE', answer: `Missing: ${missing.join(', ')}.` });
        return Promise.resolve(peerOf(context, link, connection));
      },
      ({ clientId }) => `Client ID ${clientId}, with a secret.`,
    );
    await step('metadata', () => readMetadata(peer), same);
    if (connection.levels.twoLegged)
      await step(
        'own',
        () => grants.open({ link, connection, peer, userId: null }),
        () => 'It issues tokens to us without a user.',
      );
    if (!user) {
      hints.push('Calls in the name of users were not tested.');
      return 'WORKING';
    }
    const place = { link, connection, peer, userId: user.id };
    const known = await step(
      'authorisation',
      () => authorised(place),
      () => 'Your account is connected.',
    );
    const { accessToken, refreshToken, formerIdentity } = known.document;
    const fresh =
      refreshToken === null
        ? known
        : await step(
            'renewal',
            () => renewed(place, accessToken),
            () => 'It renews your token.',
          );
    await step('identity', () => identified(place, fresh), same);
    const lacking = missingScopes(peer.preset.scopes, fresh.document.scopes, peer.scopes);
    const granted = fresh.document.scopes.join(' ');
    steps.push({
      name: 'scopes',
      outcome: lacking.length === 0 ? 'passed' : 'limited',
      text: lacking.length === 0 ? granted : `${granted}; not ${lacking.join(' ')}`,
    });
    if (lacking.length > 0)
      hints.push(
        `Your account allows less than is set up: ${lacking.join(', ')}. Connect it again for more.`,
      );
    if (refreshToken === null) hints.push('It gives no refresh token: accounts have to be connected again.');
    if (formerIdentity !== null) hints.push(`Before, your account was connected there as ${formerIdentity}.`);
    const { expiresAtMs } = fresh.grant;
    const minutes = Math.max(0, Math.round(((expiresAtMs ?? 0) - config.clock()) / 60_000));
    steps.push({
      name: 'expiry',
      outcome: 'passed',
      text: `The token counts for ${minutes} minutes more.`,
    });
    return 'WORKING';
  };

  async function renewed(place: GrantPlace, accessToken: string): Promise<OpenOAuth2Grant> {
    const fresh = await grants.open(place, accessToken);
    if (fresh) return fresh;
    throw new Found({ type: 'REMOTE_AUTH_TOKEN_REQUIRED' });
  }
}

function messageOf(error: unknown): string {
  const isTold = error instanceof PeerRefused || error instanceof PeerUnreachable;
  return isTold ? error.message : '';
}
