/** Clients of OAuth 2.0 as JSON: a secret told once, values for the peer's form, and the peer's last attempt. */
import { expect } from 'chai';
import { attemptNoteKind } from '../../../../plugin/store/oauth2-attempt.js';
import { errorOf, fieldsOf, startRestApp, type Reply, type RestApp } from '../rest-app.js';
import { authorization } from '../granted-authorization.js';

interface ClientJson {
  id: string;
  clientId: string;
  redirectUris: { uri: string; isPlaceholder: boolean }[];
  formerSecretUntilMs: number | null;
}

interface SavedJson {
  client: ClientJson;
  secrets: Record<string, string>;
  outgoingForm: Record<string, string>;
}

const as = 'admin';
const input = {
  type: 'atlassian',
  redirectUris: [{ uri: 'https://peer.example.test', isPlaceholder: true }],
  scopes: ['build'],
};

describe('Clients of OAuth 2.0 as JSON', () => {
  let app: RestApp;
  let path: string;
  let linkId: string;
  beforeEach(async () => {
    app = await startRestApp();
    ({
      link: { id: linkId },
    } = await app.links.create({ name: 'Bitbucket' }));
    path = `/links/${linkId}/clients`;
  });
  afterEach(() => app.close());

  const saved = ({ json }: Reply): SavedJson => json as SavedJson;
  const add = async (): Promise<SavedJson> => {
    const reply = await app.call('POST', path, { as, json: input });
    expect(reply.status, reply.text).to.equal(201);
    return saved(reply);
  };

  it('tell secret and values for the peer when they are made, and the secret nowhere else', async () => {
    const { client, secrets, outgoingForm } = await add();
    const secret = secrets[client.id]!;
    expect(secret).to.match(/^[0-9a-f]{64}$/);
    expect(outgoingForm).to.deep.equal({
      'Client ID': client.clientId,
      'Authorization endpoint': `${app.origin}/ci/oauth2/authorize`,
      'Token endpoint': `${app.origin}/ci/oauth2/token`,
      Scope: 'build',
    });
    const { digest } = (await app.store.links.get(linkId))!.clients[0]!.secrets[0]!;
    const others = [
      await app.call('GET', '/links', { as }),
      await app.call('GET', `/links/${linkId}`, { as }),
      await app.call('PUT', `${path}/${client.id}`, { as, json: { scopes: ['build'] } }),
    ];
    for (const { status, text } of others) {
      expect(status).to.equal(200);
      expect(text).to.include(client.clientId).and.not.to.include(secret).and.not.to.include(digest);
    }
  });

  it('are changed, get a new secret, and go with what users have authorised', async () => {
    const { client, secrets } = await add();
    const one = `${path}/${client.id}`;
    const redirectUris = [{ uri: 'https://peer.example.test/callback', isPlaceholder: false }];
    const changed = saved(await app.call('PUT', one, { as, json: { redirectUris } }));
    expect(changed.client).to.deep.equal({ ...client, redirectUris });
    expect(changed.secrets).to.be.empty;
    const rotated = saved(await app.call('POST', `${one}/secret`, { as, json: { overlapMs: 60_000 } }));
    expect(rotated.secrets[client.id])
      .to.match(/^[0-9a-f]{64}$/)
      .and.not.to.equal(secrets[client.id]);
    expect(rotated.client.formerSecretUntilMs).to.be.closeTo(Date.now() + 60_000, 30_000);
    const given = await authorization(app.store, (await app.store.links.get(linkId))!, 'id-ana');
    expect((await app.call('DELETE', one, { as })).status).to.equal(204);
    expect(app.events.at(-1)?.event).to.include({ tokenId: given.id, by: 'id-admin' });
    expect(errorOf(await app.call('PUT', one, { as, json: {} }))).to.equal('404 not_found');
  });

  it('come with a new link, and tell what is wrong by field', async () => {
    const reply = await app.call('POST', '/links', { as, json: { name: 'Jira', client: input } });
    expect(reply.status).to.equal(201);
    const { link, secrets } = reply.json as { link: { clients: ClientJson[] }; secrets: object };
    expect(secrets).to.have.all.keys(link.clients[0]!.id);
    const refused = await app.call('POST', path, { as, json: { scopes: ['none'], redirectUris: [] } });
    expect(errorOf(refused)).to.equal('400 invalid_input');
    expect(fieldsOf(refused)).to.have.keys('scopes.0');
  });

  it('are for administrators, from our own pages', async () => {
    const { client } = await add();
    for (const [method, rest] of [
      ['POST', ''],
      ['PUT', `/${client.id}`],
      ['DELETE', `/${client.id}`],
      ['POST', `/${client.id}/secret`],
    ] as const) {
      const json = method === 'DELETE' ? {} : { json: {} };
      expect(errorOf(await app.call(method, path + rest, json))).to.equal('401 login_required');
      expect(errorOf(await app.call(method, path + rest, { as: 'ana', ...json }))).to.equal('403 forbidden');
      const foreign = { as, ...json, headers: { origin: 'https://evil.example.test' } } as const;
      expect(errorOf(await app.call(method, path + rest, foreign))).to.equal('403 csrf_rejected');
    }
  });

  it('show the last attempt of the peer in the status of the link; what is no attempt is left out', async () => {
    const attempt = {
      clientId: 'c1',
      stages: [{ stage: 'authorize', atMs: 5 }],
      parameters: { authorize: ['client_id', 'state'], token: [] },
      failure: { stage: 'consent', error: 'access_denied', description: 'The user said no.' },
    };
    const note = { linkId, kind: attemptNoteKind, atMs: 7 };
    const seen = async (document: object): Promise<unknown> => {
      await app.store.notes.put({ ...note, document: JSON.stringify(document) });
      const { json } = await app.call('GET', `/links/${linkId}/status`, { as });
      return (json as { incomingAttempt: unknown }).incomingAttempt;
    };
    expect(await seen(attempt)).to.deep.equal({ ...attempt, atMs: 7 });
    expect(await seen({ stages: 'none' })).to.equal(null);
  });
});
