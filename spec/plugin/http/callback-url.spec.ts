import { expect } from 'chai';
import { isCallbackUrl } from '../../../plugin/http/callback-url.js';

describe('A callback URL', () => {
  const good = [
    'https://bb.example.test/access?id=1',
    'http://bitbucket:7990',
    'https://under_score.example/x',
    'https://[2001:db8::1]:8443/x',
    'https://10.0.0.7/x',
  ];
  for (const url of good) it(`may be ${url}`, () => expect(isCallbackUrl(url)).to.equal(true));

  const bad = [
    'https://bb.example;sandbox/x',
    'https://a.example,b.example/x',
    'https://*/x',
    "https://x'y/x",
    'https://bb.example test/x',
    'https://user:secret@bb.example/x',
    'https://bb.example/x#y',
    'javascript:alert(1)',
    'https:///x',
    'https://bb.example:port/x',
    'https://bb.example\\@evil/x',
  ];
  for (const url of bad) it(`may not be ${url}`, () => expect(isCallbackUrl(url)).to.equal(false));
});
