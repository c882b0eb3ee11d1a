import { expect } from 'chai';
import { atlassianRedirectUri, redirectSuffix } from '../../../plugin/oauth2/atlassian-redirect.js';
import { isRedirectUri, isSameRedirectUri, redirectWith } from '../../../plugin/oauth2/redirect-uri.js';

const strict = { allowLoopback: false };

describe('Redirect URIs', () => {
  for (const uri of [
    'https://peer.example.test',
    'https://peer.example.test:8443/a/b?x=1&y=%20',
    'https://10.0.0.7/cb',
    'https://[fd00::7]:8443/cb',
    'https://ci_agent-1/cb',
    `https://peer.example.test/${'x'.repeat(424)}`,
  ]) {
    it(`may be ${uri.slice(0, 60)}`, () => {
      expect(uri.length).to.be.at.most(450);
      expect(isRedirectUri(uri, strict)).to.equal(true);
    });
  }

  for (const uri of [
    '',
    '/cb',
    'peer.example.test/cb',
    'http://peer.example.test/cb',
    'ftp://peer.example.test/cb',
    'myapp://cb',
    'javascript:alert(1)',
    'data:text/html,x',
    'https:/peer.example.test',
    'https:peer.example.test',
    'https:///peer.example.test',
    'https://',
    'https://?x',
    'https://peer.example.test/#fragment',
    'https://peer.example.test/#',
    'https://user@peer.example.test/',
    'https://user:pw@peer.example.test/',
    'https://@peer.example.test/',
    'https://peer.example.test\\@evil.example.test/',
    'https://peer.example.test/a b',
    'https://peer.example.test/?code=x',
    'https://peer.example.test/?a=1&st%61te=x',
    'https://peer.example.test/?response',
    'https://peer.example.test/\n',
    ' https://peer.example.test/',
    'https://peer.example.test/ü',
    'https://a;script-src.example.test/',
    "https://a,b'c.example.test/",
    'https://a%3bb.example.test/',
    'https://peer.example.test:99999/',
    `https://peer.example.test/${'x'.repeat(425)}`,
  ]) {
    it(`may not be ${JSON.stringify(uri.slice(0, 60))}`, () => {
      expect(isRedirectUri(uri, { allowLoopback: true })).to.equal(false);
    });
  }

  for (const uri of ['http://localhost:3000/cb', 'http://127.0.0.1/cb', 'http://[::1]:3000/cb']) {
    it(`may be ${uri} in development only`, () => {
      expect([isRedirectUri(uri, strict), isRedirectUri(uri, { allowLoopback: true })]).to.deep.equal([
        false,
        true,
      ]);
    });
  }

  for (const uri of [
    'http://localhost.example.test/',
    'http://127.0.0.1.example.test/',
    'http://127.0.0.2/',
  ]) {
    it(`does not take ${uri} for this machine`, () => {
      expect(isRedirectUri(uri, { allowLoopback: true })).to.equal(false);
    });
  }

  it('are the same when they are the same string', () => {
    expect(isSameRedirectUri('https://a/', 'https://a/', false)).to.equal(true);
    expect(isSameRedirectUri('https://a/', 'https://A/', true)).to.equal(false);
    expect(isSameRedirectUri('http://127.0.0.1:1/', 'http://127.0.0.1:2/', false)).to.equal(false);
    expect(isSameRedirectUri('http://127.0.0.1:1/', 'http://127.0.0.1:2/', true)).to.equal(true);
    expect(isSameRedirectUri('http://127.0.0.1/', 'http://127.0.0.1:2/', true)).to.equal(true);
    expect(isSameRedirectUri('https://127.0.0.1:1/', 'https://127.0.0.1:2/', true)).to.equal(false);
  });

  it('keep their own query, and get the answer behind it', () => {
    expect(redirectWith('https://a/cb', { code: 'x y', state: undefined })).to.equal('https://a/cb?code=x+y');
    expect(redirectWith('https://a/cb?q=%2B&r', { code: '+&' })).to.equal('https://a/cb?q=%2B&r&code=%2B%26');
  });
});

describe('The redirect URI of a Data Center product (oauth2.md 1.2)', () => {
  it('has the suffixes of both vectors', () => {
    expect(redirectSuffix('https://kit.example.com/oauth2/authorize')).to.equal('MqPjb61oXcWH3yr44stu5Q');
    expect(redirectSuffix('https://kit.example.com/oauth2/authorize/')).to.equal('UYA2WCmNGJKdG437YDamMA');
  });

  it('is below its base URL, however that ends', () => {
    for (const base of ['https://bb.example.test/bitbucket', 'https://bb.example.test/bitbucket/']) {
      expect(atlassianRedirectUri(base, 'https://kit.example.com/oauth2/authorize')).to.equal(
        'https://bb.example.test/bitbucket/plugins/servlet/oauth2/client/callback/MqPjb61oXcWH3yr44stu5Q',
      );
    }
  });
});
