import { expect } from 'chai';
import { bitbucketStandIn, createBrowser, type BitbucketStandIn } from '../../../../plugin/testing/index.js';
import { linkIdFromUrl } from '../../../../plugin/testing/bitbucket/link-id.js';
import { linkedPair } from './linked-pair.js';
import { paths } from './scripted-provider.js';
import { ask } from './provider/calling-app.js';

describe('c15: a stand-in under two host names', () => {
  for (const hostname of ['127.0.0.1', 'localhost']) {
    it(`shows ${hostname} as its own and answers under the other as well`, async () => {
      const standIn = bitbucketStandIn({ hostname, contextPath: '/stash' });
      await standIn.start();
      const [own, other] = standIn.urls;
      expect(own).to.equal(standIn.url);
      expect(new URL(own).hostname).to.equal(hostname);
      expect([own, other].map((url) => new URL(url).hostname)).to.have.members(['127.0.0.1', 'localhost']);
      expect(new URL(other).port).to.equal(new URL(own).port);
      expect(linkIdFromUrl(own)).not.to.equal(linkIdFromUrl(other));
      for (const url of standIn.urls) {
        const { body } = await ask('GET', `${url}/rest/applinks/1.0/manifest`);
        expect(body).to.include(`<id>${standIn.serverId}</id>`).and.include(`<url>${own}</url>`);
      }
      await standIn.stop();
    });
  }

  it('c15: its pages stay under the name that the browser uses', async () => {
    const standIn: BitbucketStandIn = bitbucketStandIn();
    await standIn.start();
    for (const url of standIn.urls) {
      const browser = createBrowser();
      const login = await browser.get(`${url}/plugins/servlet/oauth/users/access-tokens`);
      const page = await browser.submit(login, { fields: { j_username: 'ana', j_password: 'ana' } });
      expect(page.visited.map((visited) => new URL(visited).origin)).to.deep.equal(
        page.visited.map(() => url),
      );
    }
    await standIn.stop();
  });

  it('c15: a dance that began under one name calls back there', async () => {
    const pair = await linkedPair('atlassian');
    for (const url of pair.standIn.urls) {
      const browser = createBrowser();
      await browser.post(`${url}/login`, { j_username: 'ana', j_password: 'ana' });
      await browser.get(pair.standIn.danceUrl(pair.linkId).replace(pair.standIn.url, url));
      const callback = pair.provider.to(paths.requestToken).at(-1)!.form.get('oauth_callback')!;
      expect(new URL(callback).origin).to.equal(url);
    }
    await pair.stop();
  });
});
