/** Clients of OAuth 2.0 as a service: what is kept of their secrets, what is refused, and what a change leaves alone. */
import { createHash } from 'node:crypto';
import { expect } from 'chai';
import type { ClientChange, ClientInput, Link, OAuth2Client } from 'express-applinks';
import { rememberSecret } from '../../../support/secrets.js';
import { codeOf, refusedFields, startServices, storeKinds, type KitServices } from '../kit-services.js';
import { authorization, pendingCode } from '../granted-authorization.js';

const dayMs = 86_400_000;
const nowMs = 1_800_000_000_000;
const uri = 'https://peer.example.test/callback';
const digestOf = (secret: string): string => createHash('sha256').update(secret).digest('base64url');

for (const kind of storeKinds) {
  describe(`Clients of OAuth 2.0 as a service, on ${kind}`, () => {
    let kit: KitServices;
    let link: Link;
    beforeEach(async () => {
      kit = await startServices(kind, { clock: () => nowMs });
      ({ link } = await kit.applinks.links.create({ name: 'Bitbucket' }));
      kit.events.length = 0;
    });
    afterEach(() => kit.close());

    const add = async (
      changes: Partial<ClientInput> = {},
    ): Promise<{ client: OAuth2Client; secret: string }> => {
      const input = { redirectUris: [{ uri }], scopes: ['build'], ...changes };
      const { client, secret = '' } = await kit.applinks.links.addClient(link.id, input, 'id-admin');
      if (secret !== '') rememberSecret(secret, 'consumer secret');
      return { client, secret };
    };
    const stored = async (): Promise<OAuth2Client> => {
      const client = (await kit.applinks.links.get(link.id)).clients[0];
      if (!client) throw new Error('the link has no client');
      return client;
    };

    it('have an id and a secret that every form takes, of which a digest is kept', async () => {
      const { client, secret } = await add();
      expect(client.clientId).to.match(/^[0-9a-f]{32}$/);
      expect(secret).to.match(/^[0-9a-f]{64}$/);
      expect(await stored()).to.deep.equal({
        ...client,
        type: 'confidential',
        secrets: [{ digest: digestOf(secret), expiresAtMs: null }],
        redirectUris: [{ uri, isPlaceholder: false }],
        scopes: ['build'],
        allowClientCredentials: false,
        accessTokenLifetimeMs: 3_600_000,
        refreshTokenLifetimeMs: 90 * dayMs,
        authorizationLifetimeMs: 365 * dayMs,
        createdAtMs: nowMs,
      });
      expect(kit.events).to.deep.equal([
        { name: 'link.updated', event: { linkId: link.id, by: 'id-admin' } },
      ]);
    });

    it('come with a new link, as a consumer does', async () => {
      const created = await kit.applinks.links.create({
        name: 'Jira',
        client: {
          type: 'atlassian',
          redirectUris: [{ uri, isPlaceholder: true }],
          scopes: ['read', 'build'],
        },
      });
      const [client] = created.link.clients;
      const secret = rememberSecret(created.secrets[client!.id]!, 'consumer secret');
      expect(client!.secrets).to.deep.equal([{ digest: digestOf(secret), expiresAtMs: null }]);
      expect(client!.scopes).to.deep.equal(['build', 'read']);
      expect(
        await refusedFields(
          kit.applinks.links.create({ name: 'Other', client: { redirectUris: [], scopes: ['build'] } }),
        ),
      ).to.have.keys('client.redirectUris');
    });

    it('are public without a secret, which then cannot be made', async () => {
      const { client, secret } = await add({ type: 'public' });
      expect([client.secrets, secret]).to.deep.equal([[], '']);
      expect(await refusedFields(kit.applinks.links.rotateClientSecret(link.id, client.id))).to.have.keys(
        'input',
      );
      for (const type of ['atlassian', 'confidential'] as const)
        expect(
          await refusedFields(kit.applinks.links.changeClient(link.id, client.id, { type })),
        ).to.have.keys('type');
      expect(await refusedFields(add({ type: 'public', allowClientCredentials: true }))).to.have.keys(
        'allowClientCredentials',
      );
    });

    describe('refuse', () => {
      const longest = `${uri}?${'a'.repeat(451 - uri.length - 1)}`;
      const cases: readonly [string, Record<string, unknown>, string][] = [
        ['no redirect URI', { redirectUris: [] }, 'redirectUris'],
        ['one twice', { redirectUris: [{ uri }, { uri }] }, 'redirectUris'],
        [
          'more than 20',
          { redirectUris: Array.from({ length: 21 }, (_, at) => ({ uri: `${uri}${at}` })) },
          'redirectUris',
        ],
        ['http', { redirectUris: [{ uri: 'http://peer.example.test/callback' }] }, 'redirectUris.0.uri'],
        [
          'a placeholder that is no https URL',
          { redirectUris: [{ uri: 'later', isPlaceholder: true }] },
          'redirectUris.0.uri',
        ],
        ['a fragment', { redirectUris: [{ uri: `${uri}#x` }] }, 'redirectUris.0.uri'],
        [
          'user name and password',
          { redirectUris: [{ uri: 'https://a:b@peer.example.test/' }] },
          'redirectUris.0.uri',
        ],
        ['451 characters', { redirectUris: [{ uri: longest }] }, 'redirectUris.0.uri'],
        ['no scope', { scopes: [] }, 'scopes'],
        ['an unknown scope', { scopes: ['admin'] }, 'scopes.0'],
        ['a name of the prototype as scope', { scopes: ['toString'] }, 'scopes.0'],
        ['an access token of more than a day', { accessTokenLifetimeMs: dayMs + 1 }, 'accessTokenLifetimeMs'],
        ['a secret of one’s own', { secret: 'chosen' }, 'input'],
        ['a client id of one’s own', { clientId: 'chosen' }, 'input'],
      ];
      for (const [what, changes, field] of cases) {
        it(`${what}, and store nothing`, async () => {
          expect(await refusedFields(add(changes))).to.have.keys(field);
          expect((await kit.applinks.links.get(link.id)).clients).to.be.empty;
        });
      }
    });

    it('keep id, secret and tokens through a change; authorisations under way end with their redirect URI', async () => {
      const { client } = await add();
      const now = await kit.applinks.links.get(link.id);
      const given = await authorization(kit.store, now, 'ana');
      const code = await pendingCode(kit.store, now, 'ana');
      await kit.applinks.links.changeClient(link.id, client.id, { scopes: ['read'] });
      expect(await kit.store.codes.get(code.digest)).not.to.equal(undefined);
      const moved = [{ uri: `${uri}/2`, isPlaceholder: false }];
      await kit.applinks.links.changeClient(link.id, client.id, { redirectUris: moved });
      expect(await stored()).to.deep.equal({ ...client, scopes: ['read'], redirectUris: moved });
      expect(await kit.store.codes.get(code.digest)).to.equal(undefined);
      expect(await kit.store.authorizations.list({}, { limit: 9, offset: 0 })).to.deep.equal([given]);
    });

    it('have a former secret until its overlap is over, and never two', async () => {
      const { client, secret } = await add();
      const rotate = async (overlapMs?: number): Promise<string> => {
        const input = overlapMs === undefined ? {} : { overlapMs };
        const made = await kit.applinks.links.rotateClientSecret(link.id, client.id, input);
        return rememberSecret(made.secret!, 'consumer secret');
      };
      const second = await rotate();
      expect((await stored()).secrets).to.deep.equal([
        { digest: digestOf(second), expiresAtMs: null },
        { digest: digestOf(secret), expiresAtMs: nowMs + dayMs },
      ]);
      const third = await rotate(0);
      expect((await stored()).secrets).to.deep.equal([
        { digest: digestOf(third), expiresAtMs: null },
        { digest: digestOf(second), expiresAtMs: nowMs },
      ]);
      for (const overlapMs of [-1, 30 * dayMs + 1, 0.5])
        expect(
          await refusedFields(kit.applinks.links.rotateClientSecret(link.id, client.id, { overlapMs })),
        ).to.have.keys('overlapMs');
    });

    it('are unknown on another link, and when they are gone', async () => {
      const { client } = await add();
      const other = (await kit.applinks.links.create({ name: 'Jira' })).link.id;
      const { links } = kit.applinks;
      const tries = (linkId: string): Promise<unknown>[] => [
        links.changeClient(linkId, client.id, {} satisfies ClientChange),
        links.rotateClientSecret(linkId, client.id),
        links.removeClient(linkId, client.id),
      ];
      for (const attempt of tries(other)) expect(await codeOf(attempt)).to.equal('404 not_found');
      await links.removeClient(link.id, client.id);
      for (const attempt of tries(link.id)) expect(await codeOf(attempt)).to.equal('404 not_found');
      expect(await codeOf(links.addClient('none', { redirectUris: [{ uri }], scopes: ['build'] }))).to.equal(
        '404 not_found',
      );
    });
  });
}
