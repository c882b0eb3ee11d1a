/**
 * A link is kept as one JSON document, so that every read is one row and never mixes two revisions; what must be unique
 * or is pointed at (credentials and their keys) has rows of its own beside it. What the document holds is checked when
 * it is read, not believed. Fields that came later have the value that they had before they were there.
 */
import { z } from 'zod';
import type { Link } from './store.js';

const credentialBase = {
  id: z.string(),
  key: z.string(),
  callbackUrl: z.string().nullable(),
  allowInsecureMissingCallback: z.boolean(),
  source: z.enum(['manual', 'consumer-info']).default('manual'),
  scopes: z.array(z.string()).nullable(),
  requestTokenLifetimeMs: z.number(),
  accessTokenLifetimeMs: z.number(),
  idleTimeoutMs: z.number().nullable(),
  createdAtMs: z.number(),
};

const linkDocument = z.object({
  id: z.string(),
  applicationId: z.string().nullable().default(null),
  remoteLinkId: z.string().nullable().default(null),
  name: z.string(),
  type: z.string(),
  version: z.string().nullable(),
  rpcUrl: z.string().nullable(),
  displayUrl: z.string().nullable(),
  primary: z.boolean(),
  state: z.enum(['draft', 'active']),
  levels: z.object({
    threeLegged: z.boolean(),
    twoLegged: z.boolean(),
    executingUserId: z.string().nullable(),
    impersonation: z.boolean(),
  }),
  serviceUserId: z.string().nullable(),
  incoming: z.array(
    z.discriminatedUnion('kind', [
      z.object({
        ...credentialBase,
        kind: z.literal('oauth1-hmac'),
        signatureMethod: z.enum(['HMAC-SHA1', 'HMAC-SHA256']),
        sealedSecret: z.string(),
      }),
      z.object({
        ...credentialBase,
        kind: z.literal('oauth1-rsa'),
        signatureMethod: z.literal('RSA-SHA1'),
        publicKey: z.string(),
        offeredPublicKey: z.string().nullable().default(null),
      }),
    ]),
  ),
  clients: z
    .array(
      z.object({
        id: z.string(),
        clientId: z.string(),
        type: z.enum(['atlassian', 'confidential', 'public']),
        secrets: z.array(z.object({ digest: z.string(), expiresAtMs: z.number().nullable() })),
        redirectUris: z.array(z.object({ uri: z.string(), isPlaceholder: z.boolean() })),
        scopes: z.array(z.string()),
        allowClientCredentials: z.boolean(),
        accessTokenLifetimeMs: z.number(),
        refreshTokenLifetimeMs: z.number(),
        authorizationLifetimeMs: z.number().nullable(),
        createdAtMs: z.number(),
      }),
    )
    .default([]),
  outgoing: z.array(
    z.object({
      id: z.string(),
      kind: z.enum(['oauth1-atlassian', 'oauth1-manual', 'oauth2']),
      preferred: z.boolean(),
      levels: z
        .object({ threeLegged: z.boolean(), twoLegged: z.boolean(), impersonation: z.boolean() })
        .default({ threeLegged: true, twoLegged: false, impersonation: false }),
      signingKeyId: z.string().nullable().default(null),
      settings: z.record(z.string(), z.string()),
      sealedSecret: z.string().nullable(),
      createdAtMs: z.number(),
    }),
  ),
  createdAtMs: z.number(),
  updatedAtMs: z.number(),
  revision: z.number(),
});

export function readLinkDocument(json: string): Link {
  return linkDocument.parse(JSON.parse(json));
}

export function writeLinkDocument(link: Link): string {
  return JSON.stringify(link);
}
