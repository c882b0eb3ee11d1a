import { expect } from 'chai';
import {
  baseStringUri,
  normalizeParameters,
  signatureBaseString,
} from '../../../plugin/oauth1/base-string.js';
import { parseForm } from '../../../plugin/oauth1/encoding.js';
import { readMessage } from '../../../plugin/oauth1/message.js';
import { refusal } from './refusal.js';

describe('Base string URI (RFC 5849 3.4.1.2)', () => {
  const urls: [what: string, url: string, uri: string][] = [
    ["the RFC's first example", 'HTTP://EXAMPLE.COM:80/r%20v/X?id=123', 'http://example.com/r%20v/X'],
    ["the RFC's second example", 'https://www.example.net:8080/?q=1', 'https://www.example.net:8080/'],
    ['http without a port', 'http://h.test/p', 'http://h.test/p'],
    ['https without a port', 'https://h.test/p', 'https://h.test/p'],
    ['port 80 of http', 'http://h.test:80/p', 'http://h.test/p'],
    ['port 443 of https', 'https://h.test:443/p', 'https://h.test/p'],
    ['port 443 of http, which is not its own', 'http://h.test:443/p', 'http://h.test:443/p'],
    ['port 80 of https, which is not its own', 'https://h.test:80/p', 'https://h.test:80/p'],
    ['another port', 'http://h.test:7990/p', 'http://h.test:7990/p'],
    ['the highest port', 'https://h.test:65535/p', 'https://h.test:65535/p'],
    ['port 8', 'http://h.test:8/p', 'http://h.test:8/p'],
    ['port 8080', 'http://h.test:8080/p', 'http://h.test:8080/p'],
    ['port 4430', 'https://h.test:4430/p', 'https://h.test:4430/p'],
    ['an empty port', 'https://h.test:/p', 'https://h.test/p'],
    ['a default port with zeros before', 'https://h.test:0443/p', 'https://h.test/p'],
    ['another port with zeros before', 'https://h.test:08443/p', 'https://h.test:8443/p'],
    ['a port without a path', 'https://h.test:8443', 'https://h.test:8443/'],
    ['a port before a query', 'https://h.test:8443?a=1', 'https://h.test:8443/'],
    ['IPv4', 'http://192.0.2.7:8080/p', 'http://192.0.2.7:8080/p'],
    ['IPv6', 'http://[::1]/p', 'http://[::1]/p'],
    ['IPv6 with a port', 'http://[2001:db8::1]:8080/p', 'http://[2001:db8::1]:8080/p'],
    ['IPv6 with the default port', 'https://[2001:db8::1]:443/p', 'https://[2001:db8::1]/p'],
    ['IPv6 that ends like a port', 'http://[2001:db8::80]/p', 'http://[2001:db8::80]/p'],
    ['IPv6 in capitals', 'http://[2001:DB8::A]/p', 'http://[2001:db8::a]/p'],
    ['IPv6 with IPv4 in it', 'http://[::ffff:192.0.2.1]/p', 'http://[::ffff:192.0.2.1]/p'],
    ['IPv6 without a path', 'http://[::1]', 'http://[::1]/'],
    ['a scheme in capitals', 'HTTPS://h.test/p', 'https://h.test/p'],
    ['the default port of a scheme in capitals', 'HTTPS://h.test:443/p', 'https://h.test/p'],
    ['a host in mixed case', 'https://Ci.Example.TEST/p', 'https://ci.example.test/p'],
    ['a path in mixed case', 'https://h.test/Job/SHOP', 'https://h.test/Job/SHOP'],
    ['a host of one word', 'http://localhost:8080/ci', 'http://localhost:8080/ci'],
    ['a host with a dot at its end', 'http://h.test./p', 'http://h.test./p'],
    ['a host with a hyphen and an underscore', 'http://a-b_c.test/p', 'http://a-b_c.test/p'],
    ['an empty path', 'http://h.test', 'http://h.test/'],
    ['an empty path before a query', 'http://h.test?a=1', 'http://h.test/'],
    ['an empty path before a fragment', 'http://h.test#f', 'http://h.test/'],
    ['a path of one slash', 'http://h.test/', 'http://h.test/'],
    ['a slash at the end', 'http://h.test/p/', 'http://h.test/p/'],
    ['double slashes', 'http://h.test//a//b', 'http://h.test//a//b'],
    ['one dot', 'http://h.test/a/./b', 'http://h.test/a/./b'],
    ['two dots', 'http://h.test/a/../b', 'http://h.test/a/../b'],
    ['escaped dots', 'http://h.test/a/%2e%2E/b', 'http://h.test/a/%2e%2E/b'],
    ['a backslash', 'http://h.test/a\\b', 'http://h.test/a\\b'],
    ['an escaped slash', 'http://h.test/job/feature%2Fx', 'http://h.test/job/feature%2Fx'],
    ['an escape in lower case', 'http://h.test/a%2fb', 'http://h.test/a%2fb'],
    ['an escape that was not needed', 'http://h.test/%7Eme/%41', 'http://h.test/%7Eme/%41'],
    ['an escape of an escape', 'http://h.test/a%252Fb', 'http://h.test/a%252Fb'],
    ['a malformed escape, which is the router’s affair', 'http://h.test/a%zz', 'http://h.test/a%zz'],
    ['a plus', 'http://h.test/a+b', 'http://h.test/a+b'],
    ['an escaped space', 'http://h.test/a%20b', 'http://h.test/a%20b'],
    ['path parameters', 'http://h.test/a;v=1;w=2', 'http://h.test/a;v=1;w=2'],
    ['a colon and an at sign in the path', 'http://h.test/a:80@b', 'http://h.test/a:80@b'],
    ['delimiters in the path', "http://h.test/!$&'()*,=", "http://h.test/!$&'()*,="],
    ['what URLs must escape', 'http://h.test/"<>[]^`{|}', 'http://h.test/"<>[]^`{|}'],
    ['escaped UTF-8', 'http://h.test/%C3%A9', 'http://h.test/%C3%A9'],
    ['a URL in the path', 'http://h.test/x/http://other:81/', 'http://h.test/x/http://other:81/'],
    ['a query', 'http://h.test/p?a=1&b=2', 'http://h.test/p'],
    ['an empty query', 'http://h.test/p?', 'http://h.test/p'],
    ['a query with slashes', 'http://h.test/p?u=http://x/y', 'http://h.test/p'],
    ['a query with question marks', 'http://h.test/p?a?b', 'http://h.test/p'],
    ['a fragment', 'http://h.test/p#f', 'http://h.test/p'],
    ['a fragment with a question mark', 'http://h.test/p#f?a', 'http://h.test/p'],
    ['a query and a fragment', 'http://h.test/p?a#f', 'http://h.test/p'],
  ];
  for (const [what, url, uri] of urls) {
    it(`of ${what}`, () => expect(baseStringUri(url)).to.equal(uri));
  }

  const refused: [what: string, url: string][] = [
    ['nothing', ''],
    ['a path', '/p'],
    ['a URL without a scheme', '//h.test/p'],
    ['another scheme', 'ftp://h.test/p'],
    ['a scheme that ends in http', 'xhttp://h.test/p'],
    ['a script', 'javascript://h.test/%0Aalert(1)'],
    ['one slash', 'http:/h.test/p'],
    ['no host', 'http://'],
    ['no host before a path', 'http:///p'],
    ['no host before a port', 'http://:80/p'],
    ['a user', 'http://user@h.test/p'],
    ['a user and a password', 'http://user:pw@h.test/p'],
    ['a port with letters', 'http://h.test:8o/p'],
    ['a negative port', 'http://h.test:-1/p'],
    ['a port of six digits', 'http://h.test:000080/p'],
    ['two ports', 'http://h.test:80:80/p'],
    ['IPv6 without brackets', 'http://::1/p'],
    ['an IPv6 bracket that is not closed', 'http://[::1/p'],
    ['an IPv6 bracket that is not opened', 'http://::1]/p'],
    ['a name in brackets', 'http://[host]/p'],
    ['text behind the brackets', 'http://[::1]x/p'],
    ['empty brackets', 'http://[]/p'],
    ['a space in the host', 'http://h test/p'],
    ['a backslash in the host', 'http://h.test\\p'],
    ['text before the URL', ' http://h.test/p'],
  ];
  for (const [what, url] of refused) {
    it(`is refused for ${what}`, () => {
      const problem = refusal(() => baseStringUri(url));
      expect(problem.problem).to.equal('parameter_rejected');
      expect(problem.reason).to.equal('The URL is not an absolute http or https URL.');
    });
  }
});

describe('Normalised parameters (RFC 5849 3.4.1.3.2)', () => {
  const forms: [what: string, form: string, normalized: string][] = [
    ['nothing', '', ''],
    ['an empty value', 'name', 'name='],
    ['an empty name', '=v', '=v'],
    ['one pair', 'a=b', 'a=b'],
    ['order of names', 'c=d&a=b', 'a=b&c=d'],
    ['order of values', 'a=x!y&a=x+y', 'a=x%20y&a=x%21y'],
    ['order after encoding', 'x!y=a&x=a', 'x=a&x%21y=a'],
    ['the parameters of OAuth Core 1.0, 9.1.1', 'a=1&c=hi%20there&f=25&f=50&f=a&z=p&z=t', 'a=1&c=hi%20there&f=25&f=50&f=a&z=p&z=t'], // prettier-ignore
    ['the same, shuffled', 'z=t&f=a&c=hi+there&f=50&z=p&a=1&f=25', 'a=1&c=hi%20there&f=25&f=50&f=a&z=p&z=t'], // prettier-ignore
    ['the same pair twice', 'a=1&a=1', 'a=1&a=1'],
    ['an empty value before another', 'a=1&a=', 'a=&a=1'],
    ['numbers as text', 'a=10&a=9&a=1', 'a=1&a=10&a=9'],
    ['capitals before small letters', 'a=1&B=2&A=3&b=4', 'A=3&B=2&a=1&b=4'],
    ['a name before the longer one', 'ab=1&a=2&a-b=3&a.b=4', 'a=2&a-b=3&a.b=4&ab=1'],
    ['a name before the longer one with an escape', 'a%20=1&a=2', 'a=2&a%20=1'],
    ['an escape before letters and digits', '0=1&%C3%A9=2&-=3', '%C3%A9=2&-=3&0=1'],
    ['the tilde last', '~=1&z=2&_=3', '_=3&z=2&~=1'],
    ['UTF-8 by bytes, not by UTF-16', '%EF%BF%BD=1&%F0%9F%98%80=2', '%EF%BF%BD=1&%F0%9F%98%80=2'],
    ['a plus as a space', 'a=b+c', 'a=b%20c'],
    ['%20', 'a=b%20c', 'a=b%20c'],
    ['%2B', 'a=b%2Bc', 'a=b%2Bc'],
    ['escapes in lower case', 'a=%c3%a9', 'a=%C3%A9'],
    ['escapes that were not needed', '%61=%7E', 'a=~'],
    ['data that look like delimiters', 'a=%26&b=%3D', 'a=%26&b=%3D'],
    ['brackets', 'a[]=2&a[]=1&a[0]=3', 'a%5B%5D=1&a%5B%5D=2&a%5B0%5D=3'],
    ['what encodeURIComponent leaves alone', "a=!'()*", 'a=%21%27%28%29%2A'],
    ['no signature', 'oauth_signature=x&a=1&oauth_signature_method=HMAC-SHA1', 'a=1&oauth_signature_method=HMAC-SHA1'], // prettier-ignore
    ['no signature, wherever it is', 'a=1&oauth_signature=', 'a=1'],
    ['a signature in capitals', 'OAuth_Signature=x', 'OAuth_Signature=x'],
    ['an empty token', 'oauth_token=&oauth_nonce=1', 'oauth_nonce=1&oauth_token='],
  ];
  for (const [what, form, normalized] of forms) {
    it(`have ${what}`, () => expect(normalizeParameters(parseForm(form))).to.equal(normalized));
  }

  it('leave the pairs as they were', () => {
    const pairs = parseForm('b=2&a=1');
    normalizeParameters(pairs);
    expect(pairs).to.deep.equal([['b', '2'], ['a', '1']]); // prettier-ignore
  });

  it('are those of the RFC for its example', () => {
    const { pairs } = readMessage(rfcExample);
    expect(pairs).to.deep.equal([
      ['oauth_consumer_key', '9djdj82h48djs9d2'],
      ['oauth_token', 'kkk9d7dh3k39sjv7'],
      ['oauth_signature_method', 'HMAC-SHA1'],
      ['oauth_timestamp', '137131201'],
      ['oauth_nonce', '7d8f3e4a'],
      ['oauth_signature', 'djosJKDKJSD8743243/jdk33klY='],
      ['b5', '=%3D'],
      ['a3', 'a'],
      ['c@', ''],
      ['a2', 'r b'],
      ['c2', ''],
      ['a3', '2 q'],
    ]);
    expect(normalizeParameters(pairs)).to.equal(
      'a2=r%20b&a3=2%20q&a3=a&b5=%3D%253D&c%40=&c2=&oauth_consumer_key=9djdj82h48djs9d2&oauth_nonce=7d8f3e4a' +
        '&oauth_signature_method=HMAC-SHA1&oauth_timestamp=137131201&oauth_token=kkk9d7dh3k39sjv7',
    );
  });
});

/** RFC 5849 3.4.1.1 and 3.4.1.3.1. */
const rfcExample = {
  method: 'POST',
  url: 'http://example.com/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b',
  authorization:
    'OAuth realm="Example", oauth_consumer_key="9djdj82h48djs9d2", oauth_token="kkk9d7dh3k39sjv7", ' +
    'oauth_signature_method="HMAC-SHA1", oauth_timestamp="137131201", oauth_nonce="7d8f3e4a", ' +
    'oauth_signature="djosJKDKJSD8743243%2Fjdk33klY%3D"',
  form: 'c2&a3=2+q',
};

describe('Signature base string (RFC 5849 3.4.1.1)', () => {
  it("is that of the RFC's example", () => {
    expect(signatureBaseString(readMessage(rfcExample))).to.equal(
      'POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540' +
        '%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method' +
        '%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7',
    );
  });

  it("does not cover the same body when it isn't a form", () => {
    expect(signatureBaseString(readMessage({ ...rfcExample, form: undefined }))).to.equal(
      'POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26' +
        'oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method' +
        '%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7',
    );
  });

  const messages: [what: string, method: string, url: string, form: string, base: string][] = [
    ['no parameters', 'GET', 'http://h.test/', '', 'GET&http%3A%2F%2Fh.test%2F&'],
    ['a method in small letters', 'delete', 'http://h.test/', '', 'DELETE&http%3A%2F%2Fh.test%2F&'],
    ['a method of its own', 'M-SEARCH', 'http://h.test/', '', 'M-SEARCH&http%3A%2F%2Fh.test%2F&'],
    ['a method with a delimiter', 'a&b', 'http://h.test/', '', 'A%26B&http%3A%2F%2Fh.test%2F&'],
    ['a port', 'GET', 'http://h.test:8080/', '', 'GET&http%3A%2F%2Fh.test%3A8080%2F&'],
    ['IPv6', 'GET', 'http://[::1]:8080/', '', 'GET&http%3A%2F%2F%5B%3A%3A1%5D%3A8080%2F&'],
    ['an escape in the path', 'GET', 'http://h.test/a%2Fb', '', 'GET&http%3A%2F%2Fh.test%2Fa%252Fb&'],
    [
      'delimiters in the path',
      'GET',
      "http://h.test/!*'()",
      '',
      'GET&http%3A%2F%2Fh.test%2F%21%2A%27%28%29&',
    ],
    ['a query that is not among the pairs', 'GET', 'http://h.test/?a=b', '', 'GET&http%3A%2F%2Fh.test%2F&'],
    ['a space in a form', 'POST', 'http://h.test/', 'a=b+c', 'POST&http%3A%2F%2Fh.test%2F&a%3Db%2520c'],
    ['a plus in a form', 'POST', 'http://h.test/', 'a=b%2Bc', 'POST&http%3A%2F%2Fh.test%2F&a%3Db%252Bc'],
    ['UTF-8 in a form', 'POST', 'http://h.test/', 'a=%C3%A9', 'POST&http%3A%2F%2Fh.test%2F&a%3D%25C3%25A9'],
    ['an escape in a form', 'POST', 'http://h.test/', 'a=%2525', 'POST&http%3A%2F%2Fh.test%2F&a%3D%252525'],
  ];
  for (const [what, method, url, form, base] of messages) {
    it(`with ${what}`, () =>
      expect(signatureBaseString({ method, url, pairs: parseForm(form) })).to.equal(base));
  }

  it('of a build that Bitbucket starts (jenkins-integration.md A12)', () => {
    const authorization =
      'OAuth oauth_consumer_key="bitbucket-syd", oauth_signature_method="HMAC-SHA1", oauth_timestamp="1741083120", ' +
      'oauth_version="1.0", oauth_nonce="n-0003", oauth_token="0d9b7a54-3c1e-4f60-8b2a-9e8d7c6b5a40"';
    const url = 'https://ci.example.test/job/shop/build?delay=0sec';
    expect(
      signatureBaseString(readMessage({ method: 'POST', url, authorization, form: undefined })),
    ).to.equal(
      'POST&https%3A%2F%2Fci.example.test%2Fjob%2Fshop%2Fbuild&delay%3D0sec%26oauth_consumer_key%3Dbitbucket-syd' +
        '%26oauth_nonce%3Dn-0003%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D1741083120' +
        '%26oauth_token%3D0d9b7a54-3c1e-4f60-8b2a-9e8d7c6b5a40%26oauth_version%3D1.0',
    );
  });

  it('of a request token that an Atlassian peer asks for in a form (applinks-oauth1.md 5.3)', () => {
    const callback =
      'https%3A%2F%2Fbb.example.test%2Fplugins%2Fservlet%2Fapplinks%2Foauth%2Flogin-dance%2Faccess' +
      '%3FapplicationLinkID%3D9fcb1f80-cf06-3129-bdea-f3b25b1aa9e3';
    const form =
      `oauth_callback=${callback}&oauth_consumer_key=Bitbucket%3A0123456789&oauth_signature_method=RSA-SHA1` +
      '&oauth_timestamp=1741083120&oauth_nonce=n-0100&oauth_version=1.0&oauth_signature=eA%3D%3D';
    const url = 'https://ci.example.test/plugins/servlet/oauth/request-token';
    expect(
      signatureBaseString(readMessage({ method: 'POST', url, authorization: undefined, form })),
    ).to.equal(
      'POST&https%3A%2F%2Fci.example.test%2Fplugins%2Fservlet%2Foauth%2Frequest-token&oauth_callback%3Dhttps%253A' +
        '%252F%252Fbb.example.test%252Fplugins%252Fservlet%252Fapplinks%252Foauth%252Flogin-dance%252Faccess%253F' +
        'applicationLinkID%253D9fcb1f80-cf06-3129-bdea-f3b25b1aa9e3%26oauth_consumer_key%3DBitbucket%253A0123456789' +
        '%26oauth_nonce%3Dn-0100%26oauth_signature_method%3DRSA-SHA1%26oauth_timestamp%3D1741083120' +
        '%26oauth_version%3D1.0',
    );
  });

  it('of a call with impersonation and an empty token (applinks-oauth1.md 5.3)', () => {
    const authorization =
      'OAuth oauth_token="", oauth_consumer_key="Bitbucket%3A0123456789", oauth_signature_method="RSA-SHA1", ' +
      'oauth_timestamp="1741083120", oauth_nonce="n-0101", oauth_version="1.0", oauth_signature="eA%3D%3D"';
    const url = 'https://ci.example.test/rest/builds?limit=5&xoauth_requestor_id=jdoe%40example.test';
    expect(signatureBaseString(readMessage({ method: 'GET', url, authorization, form: undefined }))).to.equal(
      'GET&https%3A%2F%2Fci.example.test%2Frest%2Fbuilds&limit%3D5%26oauth_consumer_key%3DBitbucket%253A0123456789' +
        '%26oauth_nonce%3Dn-0101%26oauth_signature_method%3DRSA-SHA1%26oauth_timestamp%3D1741083120%26oauth_token' +
        '%3D%26oauth_version%3D1.0%26xoauth_requestor_id%3Djdoe%2540example.test',
    );
  });
});
