/** A stand-in with an outgoing OAuth 2.0 link to an authorization server that each spec scripts. */
import type {
  BitbucketStandInOptions,
  ClientToken,
  FlowOutcome,
  OAuth2ClientDriver,
  OAuth2Link,
} from '../../../../../plugin/testing/index.js';
import { TestClock } from '../../../../support/clock.js';
import { remotePair, type RemotePair } from '../linking/scripted-remote.js';
import type { Received, Reply } from '../scripted-provider.js';

export const endpoints = { authorize: '/oauth/authorize', token: '/oauth/token' } as const;
export const restPath = '/rest/oauth2-client/latest/config';

/** Sends the browser back as an authorization server does whose user consents at once. */
export function goBack(answer: Readonly<Record<string, string>> = { code: 'code-1' }) {
  return ({ query }: Received): Reply => {
    const back = new URL(query.get('redirect_uri') ?? '');
    const all = { state: query.get('state') ?? '', ...answer };
    for (const [name, value] of Object.entries(all)) back.searchParams.set(name, value);
    return { status: 302, headers: { Location: back.href } };
  };
}

const good = { access_token: 'at-1', token_type: 'Bearer', expires_in: 3600, refresh_token: 'rt-1' };

/** `members` replaces those of a good answer; undefined leaves one out. */
export const tokens = (members: Readonly<Record<string, unknown>> = {}, more: Reply = {}): Reply => ({
  status: 200,
  headers: { 'Content-Type': 'application/json;charset=UTF-8' },
  body: JSON.stringify({ ...good, ...members }),
  ...more,
});

export const refusal = (error_description?: string, status = 400, error = 'invalid_grant'): Reply => ({
  status,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({ error, error_description }),
});

export interface OutgoingPair extends RemotePair {
  clock: TestClock;
  client: OAuth2ClientDriver;
  link: OAuth2Link;
  /** Of the link that is there from the start. */
  id: string;
  /** What the token endpoint was asked, in order. */
  tokenRequests(): Received[];
  test(): Promise<FlowOutcome>;
  /** Throws when it fails. */
  authorized(user?: string): Promise<ClientToken>;
}

export async function outgoingPair(options: BitbucketStandInOptions = {}): Promise<OutgoingPair> {
  const clock = new TestClock();
  const pair = await remotePair({ clock: clock.now, ...options });
  const { remote, standIn } = pair;
  remote.replies[endpoints.authorize] = goBack();
  remote.replies[endpoints.token] = tokens();
  const client = standIn.oauth2Client;
  const link: OAuth2Link = {
    name: 'Our CI',
    clientId: 'client-1',
    clientSecret: 'secret & 1',
    authorizationEndpoint: remote.url + endpoints.authorize,
    tokenEndpoint: remote.url + endpoints.token,
    scopes: ['write', 'read'],
  };
  const { id } = client.create(link);
  return {
    ...pair,
    ...{ clock, client, link, id },
    tokenRequests: () => remote.to(endpoints.token),
    test: () => client.testConnection(id),
    authorized: async (user = 'ana') => {
      const { token, error } = await client.authorize(id, user);
      if (!token) throw new Error(`not authorised: ${error ?? 'lost'}`);
      return token;
    },
  };
}
