import { expect } from 'chai';
import type { MiniBrowser, Page } from '../../../../../plugin/testing/index.js';
import {
  consumerInfoPath,
  manifestPath,
  manifestXml,
  remoteId,
  remotePair,
  xml,
  type RemotePair,
} from './scripted-remote.js';

const listPath = '/plugins/servlet/applinks/listApplicationLinks';
const createPath = '/plugins/servlet/applinks/createLink';
const on = { enabled: true, twoLoEnabled: true, twoLoImpersonationEnabled: false };
const off = { enabled: false, twoLoEnabled: false, twoLoImpersonationEnabled: false };

describe('c5: both halves by redirect', () => {
  let pair: RemotePair;
  let admin: MiniBrowser;
  beforeEach(async () => {
    pair = await remotePair({ contextPath: '/bb' });
    pair.remote.replies[listPath] = { status: 200, body: 'the other list' };
    admin = await pair.standIn.as('admin');
  });
  afterEach(() => pair.stop());

  const at = (path: string): string => pair.standIn.url + path;
  const enter = async (url: string): Promise<Page> =>
    admin.submit(await admin.get(at(createPath)), { fields: { url } });
  const start = async (): Promise<URL> =>
    new URL((await admin.submit(await enter(pair.remote.url), { button: 'Create the link' })).url);
  const onlyLink = () => pair.standIn.links()[0]!;

  describe('started here', () => {
    it('shows what is there before anything is made', async () => {
      const page = await enter(`${pair.remote.url}/`);
      expect(page.textOf('found')).to.equal('Our CI, generic 1.0.0');
      expect(pair.standIn.links()).to.deep.equal([]);
    });

    it('says so when the application calls itself by another URL', async () => {
      pair.remote.replies[manifestPath] = xml(manifestXml('https://ci.example'));
      expect((await enter(pair.remote.url)).textOf('other-url')).to.include('https://ci.example');
    });

    it('makes its half and sends the browser to the other list with two quoted values', async () => {
      const { origin, pathname, searchParams } = await start();
      expect(origin + pathname).to.equal(pair.remote.url + listPath);
      expect([...searchParams]).to.deep.equal([
        ['applinkStartingUrl', `"${pair.standIn.url}"`],
        ['applinkOriginalCreatedId', `"${onlyLink().id}"`],
      ]);
      expect(pair.standIn.linking.levels(onlyLink().id)).to.deep.equal({ incoming: off, outgoing: on });
    });

    it('goes to the display URL of the other side', async () => {
      const displayUrl = `${pair.remote.url}/show`;
      pair.remote.replies[manifestPath] = xml(manifestXml(displayUrl));
      expect((await start()).pathname).to.equal(`/show${listPath}`);
      expect(onlyLink()).to.deep.include({ rpcUrl: pair.remote.url, displayUrl });
    });

    it('completes the trust by a top-level GET when the browser comes back, once', async () => {
      await start();
      const back = await admin.get(at(listPath));
      const added = new URL(back.url);
      expect(added.pathname).to.equal(
        `/bb/plugins/servlet/applinks/auth/conf/oauth/add-consumer-by-url/${onlyLink().id}/INBOUND`,
      );
      expect(Object.fromEntries(added.searchParams)).to.deep.equal({
        'oauth-incoming-enabled': 'true',
        uiposition: 'local',
        hostUrl: pair.remote.url,
        success: 'true',
      });
      expect(back.textOf('incoming')).to.include('may call us');
      expect(pair.remote.to(consumerInfoPath)).to.have.length(1);
      expect(pair.standIn.linking.levels(onlyLink().id).incoming.enabled).to.equal(true);
      expect((await admin.get(at(listPath))).url).to.equal(at(listPath));
    });

    it('trusts at once when that is switched on', async () => {
      pair.standIn.linking.switches.trustsAt = 'creation';
      await start();
      expect(pair.standIn.linking.levels(onlyLink().id)).to.deep.equal({ incoming: on, outgoing: on });
      expect((await admin.get(at(listPath))).url).to.equal(at(listPath));
    });

    it('says what is wrong when the consumer-info cannot be used', async () => {
      pair.remote.replies[consumerInfoPath] = { status: 500 };
      await start();
      expect((await admin.get(at(listPath))).text).to.include('answered 500');
      expect(pair.standIn.linking.levels(onlyLink().id).incoming.enabled).to.equal(false);
    });

    it('sends the values of a hostile or faulty starter when told to', async () => {
      Object.assign(pair.standIn.linking.switches, {
        quotesParameters: false,
        startingUrl: 'javascript:alert(1)',
        createdId: 'no-id',
      });
      expect([...(await start()).searchParams.values()]).to.deep.equal(['javascript:alert(1)', 'no-id']);
    });

    it('gives a name that is free', async () => {
      await start();
      pair.remote.replies[`/two${manifestPath}`] = xml(
        manifestXml(`${pair.remote.url}/two`, { id: '680a4e42-d268-36bc-9728-7b01427756c2' }),
      );
      const { linkId } = await pair.standIn.linking.createOwnHalf(`${pair.remote.url}/two`);
      expect(pair.standIn.link(linkId)?.name).to.equal('Our CI - 2');
    });

    it('tells why an address cannot be linked, and keeps what was entered', async () => {
      const page = await enter('http://no-such-host.invalid');
      expect(page.textOf('problem')).to.include('unknown');
      expect(page.forms[0]?.fields).to.deep.include(['url', 'http://no-such-host.invalid']);
    });

    it('offers the new address after a redirect', async () => {
      const Location = `${pair.remote.url}/moved${manifestPath}`;
      pair.remote.replies[manifestPath] = { status: 301, headers: { Location } };
      const page = await enter(pair.remote.url);
      expect(page.forms[0]?.fields).to.deep.include(['url', `${pair.remote.url}/moved/`]);
    });

    it('makes a link without authentication where nothing is known', async () => {
      pair.remote.replies[manifestPath] = { status: 404 };
      const page = await enter(pair.remote.url);
      const fields = { name: 'By hand' };
      const list = await admin.submit(page, { form: 1, fields });
      expect(list.url).to.equal(at(listPath));
      expect(onlyLink()).to.deep.include({ name: 'By hand', typeId: 'generic' });
      expect(pair.asked().filter((one) => !one.includes('manifest'))).to.deep.equal([]);
    });
  });

  describe('started at the other side', () => {
    const arrive = (url: string, created: string = remoteId): Promise<Page> => {
      const query = new URLSearchParams({ applinkStartingUrl: url, applinkOriginalCreatedId: created });
      return admin.get(`${at(listPath)}?${query.toString()}`);
    };
    const button = { button: 'Create the other half' };

    it('asks before it does anything', async () => {
      const page = await arrive(`"${pair.remote.url}"`);
      expect(page.text).to.include('Our CI').and.include(pair.remote.url);
      expect(pair.standIn.links()).to.deep.equal([]);
    });

    for (const quote of ['"', '']) {
      it(`makes the other half and goes back, values ${quote ? '' : 'un'}quoted`, async () => {
        const page = await admin.submit(await arrive(quote + pair.remote.url + quote), button);
        expect(page.url).to.equal(pair.remote.url + listPath);
        expect(onlyLink()).to.deep.include({ name: 'Our CI', rpcUrl: pair.remote.url });
        expect(pair.standIn.linking.levels(onlyLink().id)).to.deep.equal({ incoming: on, outgoing: on });
      });
    }

    it('goes back to the display URL of the manifest, whatever the address said', async () => {
      pair.remote.replies[manifestPath] = xml(manifestXml(`${pair.remote.url}/show`));
      pair.remote.replies[`/show${listPath}`] = {};
      const page = await admin.submit(await arrive(`"${pair.remote.url}"`), button);
      expect(page.url).to.equal(`${pair.remote.url}/show${listPath}`);
    });

    it('asks a person to log in first, and keeps the values', async () => {
      const browser = (await import('../../../../../plugin/testing/index.js')).createBrowser();
      const query = new URLSearchParams({ applinkStartingUrl: `"${pair.remote.url}"` });
      const form = await browser.get(`${at(listPath)}?${query.toString()}`);
      const page = await browser.submit(form, { fields: { j_username: 'admin', j_password: 'sysadmin' } });
      expect(page.forms[0]?.buttons[0]?.label).to.equal('Create the other half');
    });

    const hostile: Record<string, string> = {
      'a script': '"><script>alert(1)</script>',
      'a javascript URL': '"javascript:alert(1)"',
      'a data URL': 'data:text/html,<script>alert(1)</script>',
      nothing: '""',
    };
    for (const [name, url] of Object.entries(hostile)) {
      it(`refuses ${name} and repeats it escaped at most`, async () => {
        const page = await arrive(url);
        expect(page.text)
          .not.to.include('<script>')
          .and.not.match(/(?:href|action|src)="(?:javascript|data):/);
        expect(page.forms).to.deep.equal([]);
        expect(pair.asked()).to.deep.equal([]);
      });
    }

    it('makes nothing when there is no application', async () => {
      pair.remote.replies[manifestPath] = { status: 404 };
      const page = await arrive(`"${pair.remote.url}"`);
      expect(page.forms).to.deep.equal([]);
      expect(page.text).to.include('There is no application');
    });

    it('only offers the way back when the link is there already', async () => {
      await pair.standIn.linking.createOwnHalf(pair.remote.url, { trusts: true });
      const page = await arrive(`"${pair.remote.url}"`);
      expect(page.text).to.include(`href="${pair.remote.url}${listPath}"`);
      expect(page.forms).to.deep.equal([]);
    });

    it('says so when the other side may not call after all', async () => {
      pair.remote.replies[consumerInfoPath] = { status: 404 };
      const page = await admin.submit(await arrive(`"${pair.remote.url}"`), button);
      expect(page.text).to.include('may not call us').and.include('404');
    });
  });
});
