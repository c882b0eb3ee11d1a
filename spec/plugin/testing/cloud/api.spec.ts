import { expect } from 'chai';
import { cloudUser, type CloudUser } from './cloud-app.js';

interface Resource {
  id: string;
  name: string;
  url: string;
  scopes: string[];
  avatarUrl: string;
}

describe('C2: what a token of the cloud opens', () => {
  let user: CloudUser;
  let token: string;
  beforeEach(async () => {
    user = await cloudUser();
    token = (await user.tokens()).access_token;
  });
  afterEach(() => user.stop());

  const resources = async (accessToken = token): Promise<Resource[]> => {
    const answer = await user.get(`${user.cloud.apiUrl}/oauth/token/accessible-resources`, accessToken);
    expect(answer.status).to.equal(200);
    return (await answer.json()) as Resource[];
  };
  const myself = (cloudId = user.cloud.sites[0]?.id ?? '', accessToken = token) =>
    user.get(`${user.cloud.apiUrl}/ex/jira/${cloudId}/rest/api/3/myself`, accessToken);

  for (const names of [[], ['acme'], ['gamma', 'acme', 'beta']]) {
    it(`lists ${names.length} accessible resources`, async () => {
      user.cloud.switches.sites = names;
      const listed = await resources();
      expect(listed.map(({ name }) => name)).to.deep.equal(names);
      for (const { id, name, url, scopes, avatarUrl } of listed) {
        expect(user.cloud.sites).to.deep.include({ id, name, url });
        expect(scopes).to.deep.equal(['read:jira-user', 'read:jira-work', 'read:me']);
        expect(avatarUrl).to.match(/^http/);
      }
      expect(new Set(listed.map(({ url }) => new URL(url).host)).size).to.equal(names.length);
    });
  }

  it('lists only the chosen site of a grant that holds for one', async () => {
    Object.assign(user.cloud.switches, { sites: ['acme', 'beta', 'gamma'], grantsOneSite: true });
    const back = await user.consent({}, 'Accept', 'beta');
    const { body } = await user.redeem(new URL(back.url).searchParams.get('code') ?? '');
    const accessToken = String(body.access_token);
    expect((await resources(accessToken)).map(({ name }) => name)).to.deep.equal(['beta']);
    const [acme, beta] = user.cloud.sites;
    expect((await myself(acme?.id, accessToken)).status).to.equal(404);
    expect((await myself(beta?.id, accessToken)).status).to.equal(200);
  });

  it('tells who the user is, in Jira and of the account', async () => {
    const answer = await myself();
    expect(answer.status).to.equal(200);
    const { accountId, displayName } = (await answer.json()) as Record<string, unknown>;
    expect(displayName).to.equal('ana');
    const me = (await (await user.get(`${user.cloud.apiUrl}/me`, token)).json()) as Record<string, unknown>;
    expect(me).to.include({ account_id: accountId, name: 'ana' });
  });

  it('answers 401 on the host of a site, where the same token counts for nothing', async () => {
    const [site] = user.cloud.sites;
    expect((await user.get(`${site?.url ?? ''}/rest/api/3/myself`, token)).status).to.equal(401);
    const posted = await fetch(`${site?.url ?? ''}/rest/api/3/issue`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}` },
    });
    expect(posted.status).to.equal(401);
  });

  it('answers 401 without a token, and to one that is unknown, over or revoked', async () => {
    expect((await fetch(`${user.cloud.apiUrl}/me`)).status).to.equal(401);
    expect((await myself(undefined, 'unknown')).status).to.equal(401);
    user.clock.advance(3_601_000);
    expect((await myself()).status).to.equal(401);
    const fresh = (await user.tokens()).access_token;
    expect((await myself(undefined, fresh)).status).to.equal(200);
    user.cloud.revoke('ana', user.app.clientId);
    expect((await myself(undefined, fresh)).status).to.equal(401);
  });

  it('answers 403 where the scope is missing', async () => {
    const narrow = (await user.tokens({ scope: 'read:jira-work' })).access_token;
    expect((await myself(undefined, narrow)).status).to.equal(403);
    expect((await user.get(`${user.cloud.apiUrl}/me`, narrow)).status).to.equal(403);
  });

  it('answers 404 to an unknown cloudid, and to what is not there', async () => {
    expect((await myself('unknown')).status).to.equal(404);
    const id = user.cloud.sites[0]?.id ?? '';
    expect(
      (await user.get(`${user.cloud.apiUrl}/ex/jira/${id}/rest/api/3/issue/X-1`, token)).status,
    ).to.equal(404);
  });

  for (const status of [401, 403, 429] as const) {
    it(`answers ${status} below /ex/jira when that is switched on`, async () => {
      user.cloud.switches.refuses = status;
      const answer = await myself();
      expect(answer.status).to.equal(status);
      expect(answer.headers.get('retry-after')).to.equal(status === 429 ? '7' : null);
      user.cloud.switches.refuses = undefined;
      expect((await myself()).status).to.equal(200);
    });
  }

  it('gives access tokens of 4 kB, and takes them', async () => {
    user.cloud.switches.accessTokenBytes = 4_096;
    const long = (await user.tokens()).access_token;
    expect(long.length).to.be.within(4_096, 4_300);
    expect(long).to.match(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    expect((await myself(undefined, long)).status).to.equal(200);
  });

  it('answers wrongly on demand, and remembers what it was asked, wherever', async () => {
    const takeBack = user.cloud.faults.answer('/me', { status: 502, body: '<html>', once: true });
    expect((await user.get(`${user.cloud.apiUrl}/me`, token)).status).to.equal(502);
    takeBack();
    const hosts = new Set(user.cloud.received.map(({ host }) => `http://${host}`));
    expect(hosts).to.include(user.cloud.apiUrl).and.to.include(user.cloud.authUrl);
    expect(JSON.stringify(user.cloud.received)).not.to.include(token);
  });
});
