import { expect } from 'chai';
import {
  formUrl,
  oauthUrlsOf,
  resolveManualUrl,
  threeLeggedProvider,
} from '../../../../plugin/testing/bitbucket/oauth-urls.js';
import type { Link } from '../../../../plugin/testing/index.js';

const link = (configuration: Record<string, string> | undefined): Link => ({
  id: 'id',
  name: 'Our CI',
  typeId: 'generic',
  rpcUrl: 'http://ci.internal:8080/ci',
  displayUrl: 'https://ci.example.test/ci',
  providers: new Map(configuration === undefined ? [] : [[threeLeggedProvider, configuration]]),
  consumer: undefined,
  isPrimary: true,
});

describe('OAuth URLs of a link', () => {
  it('are the standard servlets below both URLs for an empty configuration', () => {
    expect(oauthUrlsOf(link({}))).to.deep.equal({
      requestToken: 'http://ci.internal:8080/ci/plugins/servlet/oauth/request-token',
      authorize: 'https://ci.example.test/ci/plugins/servlet/oauth/authorize',
      accessToken: 'http://ci.internal:8080/ci/plugins/servlet/oauth/access-token',
    });
  });

  it('do not exist without a configuration', () => {
    expect(oauthUrlsOf(link(undefined))).to.equal(undefined);
  });

  it('are resolved against the root of rpcUrl, authorize against that of displayUrl', () => {
    const urls = oauthUrlsOf(
      link({
        'consumerKey.outbound': 'k',
        'serviceProvider.requestTokenUrl': '/ci/oauth/rt',
        'serviceProvider.authorizeUrl': '/ci/oauth/auth',
        'serviceProvider.accessTokenUrl': 'https://elsewhere.example/at',
      }),
    );
    expect(urls).to.deep.equal({
      requestToken: 'http://ci.internal:8080/ci/oauth/rt',
      authorize: 'https://ci.example.test/ci/oauth/auth',
      accessToken: 'https://elsewhere.example/at',
    });
  });

  it('lose the context path when a value with a leading slash leaves it out', () => {
    expect(resolveManualUrl('/oauth/rt', 'https://h/ci')).to.equal('https://h/oauth/rt');
  });

  it('are taken as they are without a leading slash, even when that makes no sense', () => {
    expect(resolveManualUrl('oauth/rt', 'https://h/ci')).to.equal('oauth/rt');
  });

  describe('entered in the form', () => {
    it('lose the context path when they are full addresses below the base URL', () => {
      const stored = formUrl('https://h/ci/oauth/rt', 'https://h/ci');
      expect(stored).to.equal('/oauth/rt');
      expect(resolveManualUrl(stored, 'https://h/ci')).to.equal('https://h/oauth/rt');
    });

    it('stay right when they are relative to the host, context path included', () => {
      expect(resolveManualUrl(formUrl('/ci/oauth/rt', 'https://h/ci'), 'https://h/ci')).to.equal(
        'https://h/ci/oauth/rt',
      );
    });

    it('stay right as full addresses when there is no context path', () => {
      expect(resolveManualUrl(formUrl('https://h/oauth/rt', 'https://h/'), 'https://h')).to.equal(
        'https://h/oauth/rt',
      );
    });

    it('stay as they are on another host', () => {
      expect(formUrl('https://h.evil.example/x', 'https://h')).to.equal('https://h.evil.example/x');
    });
  });
});
