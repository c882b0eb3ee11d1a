import { expect } from 'chai';
import { isLinkId, linkIdFromUrl } from '../../../../plugin/testing/bitbucket/link-id.js';

describe('link id derived from a URL', () => {
  for (const [url, id] of [
    ['https://ci.example.test', '9fcb1f80-cf06-3129-bdea-f3b25b1aa9e3'],
    ['https://ci.example.test/app', '680a4e42-d268-36bc-9728-7b01427756c2'],
    ['http://localhost:3000', '87a70ce4-6ea0-3de7-828d-d1e4da31904c'],
  ] as const) {
    it(`${url} gives ${id}, with trailing slashes too`, () => {
      expect(linkIdFromUrl(url)).to.equal(id);
      expect(linkIdFromUrl(`${url}/`)).to.equal(id);
      expect(linkIdFromUrl(`${url}//`)).to.equal(id);
    });
  }

  it('does not depend on the case of scheme and host, but on that of the path', () => {
    expect(linkIdFromUrl('HTTPS://CI.example.TEST/app')).to.equal('680a4e42-d268-36bc-9728-7b01427756c2');
    expect(linkIdFromUrl('https://ci.example.test/APP')).not.to.equal('680a4e42-d268-36bc-9728-7b01427756c2');
  });

  it('is recognised as an id', () => {
    expect(isLinkId(linkIdFromUrl('http://localhost:3000'))).to.equal(true);
    for (const text of [
      '',
      'demo',
      '9fcb1f80cf063129bdeaf3b25b1aa9e3',
      '9fcb1f80-cf06-3129-bdea-f3b25b1aa9e3/x',
    ]) {
      expect(isLinkId(text), text).to.equal(false);
    }
  });
});
