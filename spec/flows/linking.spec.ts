/** A link made from Bitbucket, by redirect and by password, used both ways and deleted (applinks-oauth1.md 2.3, 2.4). */
import { expect } from 'chai';
import { linkByPassword, linkByRedirect, startPair, type Pair } from '../support/linked-peer.js';

for (const mount of ['root', 'path', 'stripped'] as const) {
  for (const [name, link] of [
    ['redirect', linkByRedirect],
    ['password', linkByPassword],
  ] as const) {
    describe(`A link that Bitbucket makes by ${name}, kit mounted at ${mount}`, () => {
      let pair: Pair;
      let ourIdThere: string;
      before(async () => {
        pair = await startPair({ mount });
        ourIdThere = await link(pair);
      });
      after(() => pair.close());

      const onlyLink = async () => {
        const links = await pair.app.applinks.links.list();
        expect(links).to.have.length(1);
        return links[0]!;
      };

      it('has both halves, in both directions', async () => {
        const ours = await onlyLink();
        expect(ours).to.deep.include({
          applicationId: pair.bitbucket.serverId,
          type: 'stash',
          rpcUrl: pair.bitbucket.url,
          displayUrl: pair.bitbucket.url,
        });
        expect(ours.incoming.map(({ key, kind, source }) => ({ key, kind, source }))).to.deep.equal([
          { key: pair.bitbucket.host.consumerKey, kind: 'oauth1-rsa', source: 'consumer-info' },
        ]);
        expect(ours.levels).to.include({ threeLegged: true, twoLegged: true, impersonation: false });
        expect(ours.outgoing.map(({ kind, levels }) => ({ kind, levels }))).to.deep.equal([
          { kind: 'oauth1-atlassian', levels: { threeLegged: true, twoLegged: true, impersonation: false } },
        ]);
        const on = { enabled: true, twoLoEnabled: true, twoLoImpersonationEnabled: false };
        expect(pair.bitbucket.linking.levels(ourIdThere)).to.deep.equal({ incoming: on, outgoing: on });
      });

      it('lets Bitbucket call in its own name, as nobody', async () => {
        const { outcome, exchange } = await pair.bitbucket.linking.callAsApplication(
          ourIdThere,
          'GET',
          '/whois',
        );
        expect([outcome, exchange?.body]).to.deep.equal([
          'ok',
          JSON.stringify({ link: (await onlyLink()).name, user: null }),
        ]);
      });

      /** One browser, with a session at both. */
      const browserAt = async (here: string, there: string) => {
        const browser = await pair.bitbucket.as(there);
        await browser.get(`${pair.app.baseUrl}/login?user=${here}`);
        return browser;
      };

      it('lets Bitbucket call in the name of a user who has allowed it', async () => {
        const browser = await browserAt('ana', 'ben');
        const consent = await browser.get(pair.bitbucket.danceUrl(ourIdThere));
        await browser.submit(consent, { button: 'authorize' });
        expect(pair.bitbucket.dances.at(-1)).to.include({ user: 'ben', outcome: 'connected' });
        const result = await pair.bitbucket.call(ourIdThere, 'ben', 'GET', '/whois');
        expect(JSON.parse(result.exchange?.body ?? '')).to.include({ user: 'ana' });
      });

      it('lets us call in our own name, and in a user’s who has allowed it there', async () => {
        const { id } = await onlyLink();
        const whoami = '/plugins/servlet/applinks/whoami';
        const client = pair.app.applinks.client(id);
        expect(await (await client.asApplication()(whoami)).text()).to.equal('');
        const browser = await browserAt('ana', 'ben');
        const consent = await browser.get(`${pair.app.baseUrl}/applinks/connect/${id}`);
        const done = await browser.submit(consent, { button: 'approve' });
        expect(done.text).to.include('Your account is connected');
        expect(await (await client.as('id-ana')(whoami)).text()).to.equal('ben');
      });

      it('is deleted on both sides from Bitbucket, by a user’s token', async () => {
        const { id } = await onlyLink();
        const kept = async (): Promise<number[]> => {
          const [page, { accessTokens, grants }] = [{ limit: 10, offset: 0 }, pair.app.store];
          const given = await accessTokens.list({ linkId: id }, page);
          const got = await grants.list({ linkId: id }, page);
          return [given.length, got.length];
        };
        expect((await kept()).every((count) => count > 0)).to.equal(true);
        const linking = { reciprocate: true, as: 'ben' };
        expect(await pair.bitbucket.linking.mayDeleteThere(ourIdThere, 'ben')).to.equal('ALLOWED');
        expect(await pair.bitbucket.linking.deleteLink(ourIdThere, linking)).to.equal(undefined);
        expect(await pair.app.applinks.links.list()).to.deep.equal([]);
        expect(await kept()).to.deep.equal([0, 0]);
        expect(await pair.app.store.links.findByConsumerKey(pair.bitbucket.host.consumerKey)).to.equal(
          undefined,
        );
        expect(pair.bitbucket.links()).to.deep.equal([]);
      });
    });
  }
}
