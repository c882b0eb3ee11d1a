import { expect } from 'chai';
import { ApplinksError } from '../../../plugin/errors.js';
import { publicPath, publicUrl, returnPath } from '../../../plugin/http/public-url.js';

const atRoot = { baseUrl: 'https://ci.example.test', mountPath: '' };
const belowPath = { baseUrl: 'https://ci.example.test/ci', mountPath: '/ci' };
const stripped = { baseUrl: 'https://ci.example.test/ci', mountPath: '' };

describe('The public URL of a request', () => {
  const cases = [
    ['at the root', atRoot, '/job/demo/build?x=1', 'https://ci.example.test/job/demo/build?x=1'],
    ['below a path', belowPath, '/ci/job/demo/build', 'https://ci.example.test/ci/job/demo/build'],
    ['behind a proxy that strips the path', stripped, '/job', 'https://ci.example.test/ci/job'],
    ['exactly at the mount path', belowPath, '/ci', 'https://ci.example.test/ci'],
    ['at the mount path with a query', belowPath, '/ci?a=b', 'https://ci.example.test/ci?a=b'],
    [
      'with escapes left as they came',
      atRoot,
      '/a%2fb/%7Ec?q=%20+',
      'https://ci.example.test/a%2fb/%7Ec?q=%20+',
    ],
    ['with doubled slashes left as they came', atRoot, '//rest/x', 'https://ci.example.test//rest/x'],
  ] as const;
  for (const [title, mount, originalUrl, expected] of cases) {
    it(`is baseUrl and the rest of the path: ${title}`, () => {
      expect(publicUrl(mount, { originalUrl })).to.equal(expected);
    });
  }

  for (const originalUrl of ['/other/job', '/cix/job', 'http://evil.example/job']) {
    it(`is refused outside of the mount path: ${originalUrl}`, () => {
      expect(() => publicUrl(belowPath, { originalUrl }))
        .to.throw(ApplinksError, /mountPath/)
        .with.property('code', 'outside_mount_path');
    });
  }

  it('takes only the path of a request target in absolute form, whatever host it names', () => {
    const originalUrl = 'http://evil.example:81/ci/job?x=http://y/';
    expect(publicUrl(belowPath, { originalUrl })).to.equal('https://ci.example.test/ci/job?x=http://y/');
    expect(publicUrl(atRoot, { originalUrl: 'HTTP://evil.example' })).to.equal('https://ci.example.test');
  });

  for (const originalUrl of ['/CI/job', '*', '*/ci/job']) {
    it(`is not found, and no mistake of the mount, for what any visitor can ask for: ${originalUrl}`, () => {
      expect(() => publicUrl(belowPath, { originalUrl }))
        .to.throw(ApplinksError)
        .with.property('code', 'not_found');
    });
  }
});

describe('Paths of our own', () => {
  it('carry the context path of the public URL, stripped by a proxy or not', () => {
    expect(publicPath(atRoot, '/applinks/admin')).to.equal('/applinks/admin');
    expect(publicPath(belowPath, '/applinks/admin')).to.equal('/ci/applinks/admin');
    expect(publicPath(stripped, '/applinks/admin')).to.equal('/ci/applinks/admin');
  });

  it('lead back after login to the same path and query', () => {
    expect(returnPath(stripped, { originalUrl: '/a?b=c' })).to.equal('/ci/a?b=c');
  });

  for (const originalUrl of ['//evil.example/x', '///evil.example/x', '/\\evil.example/x']) {
    it(`lead back to our own origin only: ${originalUrl}`, () => {
      const path = returnPath(atRoot, { originalUrl });
      expect(new URL(path, atRoot.baseUrl).origin).to.equal(atRoot.baseUrl);
      expect(path).to.match(/^\/[^/\\]/);
    });
  }
});
