/**
 * What the benchmark measures OAuth 2.0 with: one client with an access token, and as many refresh tokens as it wants,
 * written to the store as the provider writes them.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Authorization, Link, Store, TokenPair } from 'express-applinks';
import { digest } from '../../plugin/store/digest.js';
import { scope, userId } from './consumers.js';

/** Plain values, since it travels from one process to the other. */
export interface BenchClient {
  linkId: string;
  credentialId: string;
  clientId: string;
  clientSecret: string;
  accessToken: string;
}

const dayMs = 86_400_000;
const random = (): string => randomBytes(32).toString('base64url');

/** Adds the client to a link that there is. */
export async function createClient(store: Store, link: Link): Promise<BenchClient> {
  const [credentialId, clientId, clientSecret] = [randomUUID(), randomUUID(), random()];
  const nowMs = Date.now();
  await store.links.update({
    ...link,
    clients: [
      {
        ...{ id: credentialId, clientId, type: 'confidential', scopes: [scope] },
        secrets: [{ digest: digest(clientSecret), expiresAtMs: null }],
        redirectUris: [],
        allowClientCredentials: false,
        ...{ accessTokenLifetimeMs: dayMs, refreshTokenLifetimeMs: dayMs, authorizationLifetimeMs: null },
        createdAtMs: nowMs,
      },
    ],
  });
  const client = { linkId: link.id, credentialId, clientId, clientSecret };
  const { accessToken } = await issueTokens(store, client);
  return { ...client, accessToken };
}

/** Each can be used once. */
export async function refreshTokens(store: Store, client: BenchClient, count: number): Promise<string[]> {
  const tokens: string[] = [];
  for (let index = 0; index < count; index += 1) tokens.push((await issueTokens(store, client)).refreshToken);
  return tokens;
}

async function issueTokens(
  store: Store,
  { linkId, credentialId }: Pick<BenchClient, 'linkId' | 'credentialId'>,
): Promise<{ accessToken: string; refreshToken: string }> {
  const [accessToken, refreshToken, nowMs] = [random(), random(), Date.now()];
  const expiresAtMs = nowMs + dayMs;
  const authorization: Authorization = {
    ...{ id: randomUUID(), linkId, credentialId, userId, scopes: [scope] },
    ...{ createdAtMs: nowMs, lastUsedAtMs: nowMs, expiresAtMs, endsAtMs: null },
  };
  const tokens: TokenPair = {
    ...{ authorizationId: authorization.id, scopes: [scope], createdAtMs: nowMs, rotation: null },
    ...{ accessDigest: digest(accessToken), accessExpiresAtMs: expiresAtMs },
    ...{ refreshDigest: digest(refreshToken), refreshExpiresAtMs: expiresAtMs },
  };
  if (!(await store.authorizations.create(authorization, tokens)))
    throw new Error('The store refused the authorization.');
  return { accessToken, refreshToken };
}
