import { expect } from 'chai';
import {
  encodeForm,
  maxPairs,
  parseForm,
  percentDecode,
  percentEncode,
} from '../../../plugin/oauth1/encoding.js';
import type { Pair } from '../../../plugin/oauth1/encoding.js';
import { refusal } from './refusal.js';

/** The first ten are the test cases of oauth.net for OAuth Core 1.0, section 5.1. */
const encodings: [what: string, text: string, encoded: string][] = [
  ['letters and digits', 'abcABC123', 'abcABC123'],
  ['the four other unreserved characters', '-._~', '-._~'],
  ['a percent sign', '%', '%25'],
  ['a plus', '+', '%2B'],
  ['the delimiters of a form', '&=*', '%26%3D%2A'],
  ['a line feed', '\n', '%0A'],
  ['a space', ' ', '%20'],
  ['DEL', '\x7f', '%7F'],
  ['two bytes of UTF-8', '\u0080', '%C2%80'],
  ['three bytes of UTF-8', '\u3001', '%E3%80%81'],
  ['four bytes of UTF-8', '\u{1f600}', '%F0%9F%98%80'],
  ['what encodeURIComponent leaves alone', "!'()*", '%21%27%28%29%2A'],
  ['the delimiters of a URL', ':/?#[]@', '%3A%2F%3F%23%5B%5D%40'],
  ['the other delimiters of RFC 3986', '$,;', '%24%2C%3B'],
  ['quote, backslash and brackets', '"\\<>{}|^`', '%22%5C%3C%3E%7B%7D%7C%5E%60'],
  ['NUL', '\0', '%00'],
  ['what is encoded already', '%20', '%2520'],
  ['letters next to what must be escaped', 'r b', 'r%20b'],
  ['a consumer key of Atlassian', 'Bitbucket:0123456789', 'Bitbucket%3A0123456789'],
  ['nothing', '', ''],
];

describe('Percent-encoding', () => {
  for (const [what, text, encoded] of encodings) {
    it(`encodes ${what}`, () => expect(percentEncode(text)).to.equal(encoded));
    it(`decodes ${what}`, () => expect(percentDecode(encoded)).to.equal(text));
  }

  it('encodes a lone surrogate as the replacement character, wherever it is', () => {
    expect(percentEncode('a\ud800b\udc00')).to.equal('a%EF%BF%BDb%EF%BF%BD');
  });

  it('reads escapes in lower case too', () => expect(percentDecode('%c3%a9%2b')).to.equal('é+'));

  it('keeps a plus, which is a space in forms only', () => expect(percentDecode('a+b')).to.equal('a+b'));

  it('keeps what need not have been escaped', () => expect(percentDecode('é!/%20')).to.equal('é!/ '));

  const malformed: [what: string, text: string][] = [
    ['a percent sign at the end', 'a%'],
    ['an escape that is cut', 'a%2'],
    ['an escape that is not hexadecimal', '%zz'],
    ['a space in an escape', '% 41'],
    ['a sign in an escape', '%+1'],
    ['the non-standard %u', '%u0041'],
    ['a byte that UTF-8 never has', '%FF'],
    ['a continuation byte alone', '%80'],
    ['a sequence that is cut', '%E3%80'],
    ['a sequence that ordinary text interrupts', '%E3a%80%81'],
    ['an overlong slash', '%C0%AF'],
    ['a surrogate in UTF-8', '%ED%A0%80'],
    ['a code point above U+10FFFF', '%F4%90%80%80'],
    ['a surrogate that is not escaped', 'a\ud800'],
    ['one malformed escape after a good one', '%20%2'],
  ];
  for (const [what, text] of malformed) {
    it(`refuses ${what}`, () => {
      const problem = refusal(() => percentDecode(text));
      expect(problem.problem).to.equal('parameter_rejected');
      expect(problem.status).to.equal(400);
      expect(problem.reason).to.match(/^A parameter (is not valid Unicode|has a malformed percent escape)/);
    });
    it(`refuses ${what} in a name and in a value of a form`, () => {
      expect(refusal(() => parseForm(`${text}=1`)).problem).to.equal('parameter_rejected');
      expect(refusal(() => parseForm(`ok=1&n=${text}`)).problem).to.equal('parameter_rejected');
    });
  }
});

describe('Form encoding', () => {
  const forms: [what: string, text: string, pairs: Pair[]][] = [
    ['nothing', '', []],
    ['one pair', 'a=1', [['a', '1']]],
    ['pairs in their order', 'b=2&a=1', [['b', '2'], ['a', '1']]], // prettier-ignore
    ['a name twice, in its order', 'a=2&a=1', [['a', '2'], ['a', '1']]], // prettier-ignore
    ['the same pair twice', 'a=1&a=1', [['a', '1'], ['a', '1']]], // prettier-ignore
    ['an empty value', 'a=', [['a', '']]],
    ['a name without a value', 'a', [['a', '']]],
    ['a value without a name', '=1', [['', '1']]],
    ['an equals sign alone', '=', [['', '']]],
    ['a value with equals signs', 'a==b=', [['a', '=b=']]],
    ['empty parts', '&a=1&&b=2&', [['a', '1'], ['b', '2']]], // prettier-ignore
    ['a plus as a space, in names and values', '+a+=+b+', [[' a ', ' b ']]],
    ['%20 as a space', 'a%20b=c%20d', [['a b', 'c d']]],
    ['%2B as a plus', 'a%2Bb=c%2Bd', [['a+b', 'c+d']]],
    ['%26 and %3D as data', 'a%26b=c%3Dd', [['a&b', 'c=d']]],
    ['what is escaped twice, once', 'a=%2520', [['a', '%20']]],
    ['brackets as a part of the name', 'a[]=1&a%5Bb%5D=2', [['a[]', '1'], ['a[b]', '2']]], // prettier-ignore
    ['a semicolon as data', 'a=1;b=2', [['a', '1;b=2']]],
    ['escaped UTF-8', 'n=%C3%A9%F0%9F%98%80', [['n', 'é\u{1f600}']]],
    ['UTF-8 that is not escaped', 'n=é', [['n', 'é']]],
    ['line ends as data', 'a=%0D%0A', [['a', '\r\n']]],
    ['names that objects have', '__proto__=1&constructor=2', [['__proto__', '1'], ['constructor', '2']]], // prettier-ignore
  ];
  for (const [what, text, pairs] of forms) {
    it(`reads ${what}`, () => expect(parseForm(text)).to.deep.equal(pairs));
  }

  it('reads 256 pairs and refuses one more', () => {
    const most = Array.from({ length: 256 }, (_, index) => `p${index}=`).join('&');
    expect(maxPairs).to.equal(256);
    expect(parseForm(`&${most}&`)).to.have.length(256);
    const problem = refusal(() => parseForm(`${most}&one`));
    expect(problem.problem).to.equal('parameter_rejected');
    expect(problem.reason).to.equal('More than 256 parameters.');
  });

  it('writes pairs in their order, spaces as %20 and empty values with an equals sign', () => {
    expect(encodeForm([['oauth_token', 'a b+c'], ['oauth_callback_confirmed', 'true'], ['x&', '']])) // prettier-ignore
      .to.equal('oauth_token=a%20b%2Bc&oauth_callback_confirmed=true&x%26=');
  });

  it('writes nothing as nothing', () => expect(encodeForm([])).to.equal(''));
});
