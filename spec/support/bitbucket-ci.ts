/** The kit with express-applinks/bitbucket, linked to a small Bitbucket, under a clock that the spec moves. */
import { createHmac, randomUUID } from 'node:crypto';
import { createBitbucket, type Bitbucket, type BitbucketOptions } from 'express-applinks/bitbucket';
import type { EventMap, EventName, Link, PeerFetch, Store } from 'express-applinks';
import { newLink } from '../../plugin/testing/store-contract/samples.js';
import { TestClock } from './clock.js';
import { startKitApp, type KitApp, type KitAppOptions } from './kit-app.js';
import { rememberSecret } from './secrets.js';
import { startSmallBitbucket, type SmallBitbucket } from './small-bitbucket.js';

export interface BitbucketCi {
  app: KitApp;
  bitbucket: Bitbucket;
  peer: SmallBitbucket;
  link: Link;
  clock: TestClock;
  /** With an HTTP access token. */
  credential: PeerFetch;
  /** Names of the events so far that concern webhooks and states, with what they say. */
  heard: { [N in EventName]: { name: N } & EventMap[N] }[EventName][];
  close(): Promise<void>;
}

export const accessToken = 'NzUxMjM0NTY3ODkwOgZ0b2tlbiBvZiB0aGUgam9i';
export const repository = { projectKey: 'SHOP', repositorySlug: 'widget' };

const names = [
  'webhook.registered',
  'webhook.removed',
  'webhook.received',
  'webhook.pinged',
  'webhook.rejected',
  'webhook.failed',
  'build_status.posted',
  'build_status.given_up',
  'deployment.posted',
  'deployment.given_up',
] as const satisfies readonly EventName[];

export async function startBitbucketCi(
  options: BitbucketOptions = {},
  kit: KitAppOptions = {},
): Promise<BitbucketCi> {
  rememberSecret(accessToken, 'access token');
  const peer = await startSmallBitbucket();
  const clock = new TestClock();
  const app = await startKitApp({ ...kit, options: { clock: clock.now, ...kit.options } });
  const link = newLink({ rpcUrl: `${peer.url}/bb`, displayUrl: 'https://bb.example.test/bb', incoming: [] });
  await app.store.links.create(link);
  const credential = app.applinks.client(link.id).withAccessToken(accessToken);
  const bitbucket = createBitbucket(app.applinks, { credential: () => credential, ...options });
  const heard: BitbucketCi['heard'] = [];
  for (const name of names)
    app.applinks.on(name, (event) => heard.push({ name, ...event } as BitbucketCi['heard'][number]));
  const close = async (): Promise<void> => {
    await app.close();
    await peer.close();
  };
  return { app, bitbucket, peer, link, clock, credential, heard, close };
}

/** Another process on the same store. */
export async function startSibling(ci: BitbucketCi, store: Store, options: BitbucketOptions = {}) {
  const app = await startKitApp({
    ...{ store, encryptionKey: ci.app.encryptionKey, options: { clock: ci.clock.now } },
  });
  const credential = app.applinks.client(ci.link.id).withAccessToken(accessToken);
  return { app, bitbucket: createBitbucket(app.applinks, { credential: () => credential, ...options }) };
}

export interface Sent {
  event?: string;
  secret?: string;
  id?: string;
  headers?: Record<string, string>;
}

/** Sends a body as Bitbucket does. */
export async function sendWebhook(
  url: string,
  body: string | object,
  { event, secret, id = randomUUID(), headers = {} }: Sent = {},
): Promise<{ status: number; body: Record<string, unknown> }> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const signed = secret !== undefined && `sha256=${createHmac('sha256', secret).update(text).digest('hex')}`;
  const answer = await fetch(url, {
    method: 'POST',
    body: text,
    headers: {
      'content-type': 'application/json',
      'x-request-id': id,
      ...(event === undefined ? {} : { 'x-event-key': event }),
      ...(signed === false ? {} : { 'x-hub-signature': signed }),
      ...headers,
    },
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

const ana = { name: 'ana', emailAddress: 'ana@example.test', id: 7, displayName: 'Ana A' };
const project = { key: 'SHOP', id: 3, name: 'Shop' };

export const repositoryOfPayload = (slug = 'widget') => ({ slug, id: 12, name: slug, project });

export const refsChanged = (slug = 'widget', toHash = '2'.repeat(40)) => ({
  ...{ eventKey: 'repo:refs_changed', date: '2025-03-04T10:11:12+0000', actor: ana },
  repository: {
    ...repositoryOfPayload(slug),
    links: { self: [{ href: `https://bb.example.test/bb/projects/SHOP/repos/${slug}/browse` }] },
  },
  changes: [
    {
      ref: { id: 'refs/heads/feature/a', displayId: 'feature/a', type: 'BRANCH' },
      ...{ refId: 'refs/heads/feature/a', fromHash: '1'.repeat(40), toHash, type: 'UPDATE' },
    },
  ],
});

export const pullRequest = (eventKey = 'pr:opened', more: object = {}) => ({
  ...{ eventKey, date: '2025-03-04T10:12:00+0000', actor: ana },
  pullRequest: {
    ...{ id: 41, version: 0, title: 'Add a', state: 'OPEN', open: true },
    fromRef: {
      ...{ id: 'refs/heads/feature/a', latestCommit: '2'.repeat(40), repository: repositoryOfPayload() },
    },
    toRef: { id: 'refs/heads/main', latestCommit: '3'.repeat(40), repository: repositoryOfPayload() },
  },
  ...more,
});
