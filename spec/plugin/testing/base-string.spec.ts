import { expect } from 'chai';
import { baseString, encode, encodeParameters } from '../../../plugin/testing/base-string.js';

describe('base string of the test signer', () => {
  it('is the one of RFC 5849 section 3.4.1.1', () => {
    const url = new URL('http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b');
    const base = baseString('post', url, [
      ['oauth_consumer_key', '9djdj82h48djs9d2'],
      ['oauth_token', 'kkk9d7dh3k39sjv7'],
      ['oauth_signature_method', 'HMAC-SHA1'],
      ['oauth_timestamp', '137131201'],
      ['oauth_nonce', '7d8f3e4a'],
      ['c2', ''],
      ['a3', '2 q'],
    ]);
    expect(base).to.equal(
      'POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D' +
        '%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1' +
        '%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7',
    );
  });

  it('keeps a port that is not the default one', () => {
    expect(baseString('GET', new URL('https://example.net:8080/'), [])).to.equal(
      'GET&https%3A%2F%2Fexample.net%3A8080%2F&',
    );
  });

  it('reads a plus sign of the query as a space', () => {
    expect(baseString('GET', new URL('https://h/?q=a+b'), [])).to.equal('GET&https%3A%2F%2Fh%2F&q%3Da%2520b');
  });

  it('sorts by encoded name, then by encoded value, not by the joined text', () => {
    const base = baseString('GET', new URL('https://h/'), [
      ['a-b', '1'],
      ['a', '2'],
      ['a', '10'],
    ]);
    expect(base).to.equal('GET&https%3A%2F%2Fh%2F&a%3D10%26a%3D2%26a-b%3D1');
  });

  it('encodes everything but the unreserved characters, in upper case', () => {
    expect(encode("azAZ09-._~!*'()/é☃")).to.equal('azAZ09-._~%21%2A%27%28%29%2F%C3%A9%E2%98%83');
  });

  it('writes spaces of a form as %20', () => {
    expect(encodeParameters([['a b', 'c d']])).to.equal('a%20b=c%20d');
  });
});
