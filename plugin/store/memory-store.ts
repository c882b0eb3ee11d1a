/**
 * The store for tests and first steps: everything is gone when the process ends. JavaScript runs one verb at a time,
 * so a verb without `await` inside is atomic.
 */
import { deleteWhere } from './delete-where.js';
import { memoryAccessTokens, memoryRequestTokens, type MemoryTokens } from './memory-tokens.js';
import {
  dropPairs,
  memoryAuthorizations,
  memoryCodes,
  sweepAuthorizations,
  type MemoryAuthorizations,
} from './memory-authorizations.js';
import { credentialsOf } from './link-credentials.js';
import { memoryLinks } from './memory-links.js';
import { memoryGrants, memoryNotes, memoryTransactions, type MemoryOutgoing } from './memory-outgoing.js';
import { memoryDeliveries, memoryOutbox, memoryWebhooks, type MemoryBitbucket } from './memory-webhooks.js';
import type { Link, Store } from './store.js';

export function memoryStore(): Store {
  const settings = new Map<string, string>();
  const nonces = new Map<string, number>();
  const tokens: MemoryTokens = { request: new Map(), access: new Map(), credentialIds: new Set() };
  const outgoing: MemoryOutgoing = {
    transactions: new Map(),
    grants: new Map(),
    notes: new Map(),
    connectionIds: new Set(),
    linkIds: new Set(),
  };
  const oauth2: MemoryAuthorizations = {
    codes: new Map(),
    authorizations: new Map(),
    pairs: new Map(),
    credentialIds: tokens.credentialIds,
  };
  const bitbucket: MemoryBitbucket = {
    webhooks: new Map(),
    deliveries: new Map(),
    outbox: new Map(),
    linkIds: outgoing.linkIds,
  };
  const dropOrphans = (links: readonly Link[]): void => {
    refill(
      tokens.credentialIds,
      links.flatMap((link) => credentialsOf(link).map(({ id }) => id)),
    );
    refill(
      outgoing.connectionIds,
      links.flatMap((link) => link.outgoing.map(({ id }) => id)),
    );
    refill(
      outgoing.linkIds,
      links.map(({ id }) => id),
    );
    deleteWhere(tokens.request, ({ credentialId }) => !tokens.credentialIds.has(credentialId));
    deleteWhere(tokens.access, ({ credentialId }) => !tokens.credentialIds.has(credentialId));
    deleteWhere(oauth2.codes, ({ credentialId }) => !tokens.credentialIds.has(credentialId));
    deleteWhere(oauth2.authorizations, ({ credentialId }) => !tokens.credentialIds.has(credentialId));
    dropPairs(oauth2);
    deleteWhere(outgoing.transactions, ({ connectionId }) => !outgoing.connectionIds.has(connectionId));
    deleteWhere(outgoing.grants, ({ connectionId }) => !outgoing.connectionIds.has(connectionId));
    deleteWhere(outgoing.notes, ({ linkId }) => !outgoing.linkIds.has(linkId));
    deleteWhere(bitbucket.webhooks, ({ linkId }) => !outgoing.linkIds.has(linkId));
    deleteWhere(bitbucket.deliveries, ({ webhookId }) => !bitbucket.webhooks.has(webhookId));
    deleteWhere(bitbucket.outbox, ({ linkId }) => !outgoing.linkIds.has(linkId));
  };
  return {
    migrate: () => Promise.resolve(),
    close: () => Promise.resolve(),
    sweep: (nowMs) =>
      Promise.resolve({
        requestTokens: deleteWhere(tokens.request, (token) => token.expiresAtMs < nowMs),
        accessTokens: deleteWhere(
          tokens.access,
          (token) => token.expiresAtMs < nowMs && token.sessionExpiresAtMs < nowMs,
        ),
        nonces: deleteWhere(nonces, (expiresAtMs) => expiresAtMs < nowMs),
        transactions: deleteWhere(outgoing.transactions, ({ expiresAtMs }) => expiresAtMs < nowMs),
        codes: deleteWhere(oauth2.codes, ({ expiresAtMs }) => expiresAtMs < nowMs),
        authorizations: sweepAuthorizations(oauth2, nowMs),
        deliveries: deleteWhere(
          bitbucket.deliveries,
          ({ expiresAtMs }) => expiresAtMs !== null && expiresAtMs < nowMs,
        ),
      }),
    settings: {
      get: (name) => Promise.resolve(settings.get(name)),
      putIfAbsent: (name, value) => {
        const kept = settings.get(name) ?? value;
        settings.set(name, kept);
        return Promise.resolve(kept);
      },
      replace: (name, expected, value) => {
        const isExpected = settings.get(name) === expected;
        if (isExpected) settings.set(name, value);
        return Promise.resolve(isExpected);
      },
    },
    links: memoryLinks(dropOrphans),
    requestTokens: memoryRequestTokens(tokens),
    accessTokens: memoryAccessTokens(tokens),
    codes: memoryCodes(oauth2),
    authorizations: memoryAuthorizations(oauth2),
    nonces: {
      use: (key, expiresAtMs) => {
        const isFresh = !nonces.has(key);
        if (isFresh) nonces.set(key, expiresAtMs);
        return Promise.resolve(isFresh);
      },
    },
    transactions: memoryTransactions(outgoing),
    grants: memoryGrants(outgoing),
    notes: memoryNotes(outgoing),
    webhooks: memoryWebhooks(bitbucket),
    deliveries: memoryDeliveries(bitbucket),
    outbox: memoryOutbox(bitbucket),
  };
}

function refill(set: Set<string>, values: readonly string[]): void {
  set.clear();
  for (const value of values) set.add(value);
}
