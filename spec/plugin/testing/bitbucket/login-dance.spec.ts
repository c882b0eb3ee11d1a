import { expect } from 'chai';
import { bitbucketStandIn, enterLink, type BitbucketStandIn } from '../../../../plugin/testing/index.js';
import { paths, sendBack, startScriptedProvider, type ScriptedProvider } from './scripted-provider.js';

const admin = { name: 'admin', password: 'sysadmin' };

describe('login dance of the Bitbucket stand-in', () => {
  let provider: ScriptedProvider;
  let standIn: BitbucketStandIn;
  let linkId: string;

  beforeEach(async () => {
    provider = await startScriptedProvider();
    standIn = bitbucketStandIn();
    await standIn.start();
    const link = await enterLink(standIn.url, admin, {
      name: 'Our CI',
      url: provider.url,
      manual: {
        consumerKey: 'ci-key',
        sharedSecret: 's3cr3t value',
        requestTokenUrl: paths.requestToken,
        accessTokenUrl: paths.accessToken,
        authorizeUrl: paths.authorize,
      },
    });
    linkId = link.id;
  });
  afterEach(async () => {
    await standIn.stop();
    await provider.stop();
  });

  it('walks from the request token to the access token', async () => {
    const browser = await standIn.as('ana');
    const page = await browser.get(standIn.danceUrl(linkId, '/dashboard'));
    expect(page.url).to.equal(`${standIn.url}/dashboard`);
    expect(standIn.token(linkId, 'ana')).to.deep.equal({
      kind: 'access',
      token: 'at-1',
      secret: 'ats-1',
      sessionHandle: undefined,
    });
    expect(standIn.dances.map(({ outcome }) => outcome)).to.deep.equal(['connected']);
  });

  it('sends all OAuth parameters in the form body and no Authorization header', async () => {
    await (await standIn.as('ana')).get(standIn.danceUrl(linkId));
    const requests = [...provider.to(paths.requestToken), ...provider.to(paths.accessToken)];
    expect(requests).to.have.lengthOf(2);
    for (const { method, headers, query, form } of requests) {
      expect(method).to.equal('POST');
      expect(headers['authorization']).to.equal(undefined);
      expect(headers['content-type']).to.equal('application/x-www-form-urlencoded');
      expect([...query]).to.deep.equal([]);
      expect(form.get('oauth_consumer_key')).to.equal('ci-key');
    }
  });

  it('starts a new dance when oauth_token is blank on return, and stops the loop', async () => {
    provider.replies[paths.authorize] = sendBack({ oauth_token: '', oauth_verifier: 'v' });
    const page = await (await standIn.as('ana')).get(standIn.danceUrl(linkId));
    expect(page.text).to.include('endless loop');
    expect(standIn.dances.filter(({ outcome }) => outcome === 'restarted')).to.have.lengthOf(6);
    expect(provider.to(paths.requestToken)).to.have.lengthOf(6);
  });
});
