import { expect } from 'chai';
import { urlDerivedId } from '../../plugin/server-id.js';

describe('The id that follows from a URL (applinks-oauth1.md 1.4)', () => {
  const vectors = [
    ['https://ci.example.test', '9fcb1f80-cf06-3129-bdea-f3b25b1aa9e3'],
    ['https://ci.example.test/app', '680a4e42-d268-36bc-9728-7b01427756c2'],
    ['http://localhost:3000', '87a70ce4-6ea0-3de7-828d-d1e4da31904c'],
    ['https://ci.example.test/', '9fcb1f80-cf06-3129-bdea-f3b25b1aa9e3'],
    ['https://CI.Example.test:443//', '9fcb1f80-cf06-3129-bdea-f3b25b1aa9e3'],
    ['https://ci.example.test/app/', '680a4e42-d268-36bc-9728-7b01427756c2'],
  ] as const;
  for (const [url, id] of vectors) it(`of ${url}`, () => expect(urlDerivedId(url)).to.equal(id));

  it('of a name that is not ASCII follows from its ASCII form', () => {
    expect(urlDerivedId('https://bücher.example')).to.equal(urlDerivedId('https://xn--bcher-kva.example'));
  });
});
