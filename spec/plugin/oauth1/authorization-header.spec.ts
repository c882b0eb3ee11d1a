import { expect } from 'chai';
import {
  formatAuthorization,
  isOAuthHeader,
  parseAuthorization,
} from '../../../plugin/oauth1/authorization-header.js';
import type { Pair } from '../../../plugin/oauth1/encoding.js';
import { refusal } from './refusal.js';

describe('Recognising an OAuth header', () => {
  for (const header of ['OAuth a="b"', 'oauth a="b"', 'OAUTH\ta="b"', 'OAuth ', 'OAuth']) {
    it(`takes ${JSON.stringify(header)}`, () => expect(isOAuthHeader(header)).to.equal(true));
  }
  for (const header of [
    undefined,
    '',
    'Bearer abc',
    'Basic OAuth',
    'OAuth2 abc',
    'OAuth,a="b"',
    ' OAuth a="b"',
  ]) {
    it(`leaves ${header === undefined ? 'no header' : JSON.stringify(header)} to others`, () =>
      expect(isOAuthHeader(header)).to.equal(false));
  }
});

describe('Reading an OAuth header', () => {
  const headers: [what: string, header: string, pairs: Pair[]][] = [
    ['the scheme alone', 'OAuth', []],
    ['the scheme and spaces', 'OAuth  ', []],
    ['one parameter', 'OAuth a="1"', [['a', '1']]],
    ['a comma and a space between parameters', 'OAuth a="1", b="2"', [['a', '1'], ['b', '2']]], // prettier-ignore
    ['a comma alone', 'OAuth a="1",b="2"', [['a', '1'], ['b', '2']]], // prettier-ignore
    ['white space wherever the grammar has it', 'OAuth \t a\t= "1" \t,\t b ="2" ', [['a', '1'], ['b', '2']]], // prettier-ignore
    ['empty list elements', 'OAuth ,, a="1", ,b="2",', [['a', '1'], ['b', '2']]], // prettier-ignore
    ['a name twice, in its order', 'OAuth a="2", a="1"', [['a', '2'], ['a', '1']]], // prettier-ignore
    ['an empty value', 'OAuth oauth_token=""', [['oauth_token', '']]],
    ['escapes in a value', 'OAuth a="%20%2B%25%22"', [['a', ' +%"']]],
    ['escapes in a name', 'OAuth a%20b="1"', [['a b', '1']]],
    ['a plus as a plus', 'OAuth a="1+1"', [['a', '1+1']]],
    ['reserved characters that are not escaped', 'OAuth a="b=c,d:/?&"', [['a', 'b=c,d:/?&']]],
    ['UTF-8', 'OAuth a="%C3%A9"', [['a', 'é']]],
    ['a realm, which is dropped', 'OAuth realm="https://x/", a="1"', [['a', '1']]],
    ['a realm at the end', 'OAuth a="1", realm="x"', [['a', '1']]],
    ['a realm with quotes and commas', 'OAuth realm="a \\"b\\", c=\\"d\\"", a="1"', [['a', '1']]],
    ['an empty realm', 'OAuth realm="",a="1"', [['a', '1']]],
    ['a realm in capitals', 'OAuth REALM="x",a="1"', [['a', '1']]],
    ['a name that only begins like realm', 'OAuth realms="x"', [['realms', 'x']]],
    ['the scheme in lower case', 'oauth a="1"', [['a', '1']]],
  ];
  for (const [what, header, pairs] of headers) {
    it(`reads ${what}`, () => expect(parseAuthorization(header)).to.deep.equal(pairs));
  }

  const malformed: [what: string, header: string][] = [
    ['a value without quotes', 'OAuth a=1'],
    ['a quote that is not closed', 'OAuth a="1'],
    ['a quote closed by an escaped quote only', 'OAuth a="1\\"'],
    ['a name without a value', 'OAuth a'],
    ['a value without a name', 'OAuth ="1"'],
    ['parameters without a comma between them', 'OAuth a="1" b="2"'],
    ['text after the quotes', 'OAuth a="1"x, b="2"'],
    ['a quote in a name', 'OAuth "a"="1"'],
    ['a space in a name', 'OAuth a b="1"'],
    ['an equals sign too many', 'OAuth a=="1"'],
  ];
  for (const [what, header] of malformed) {
    it(`refuses ${what}`, () => {
      const problem = refusal(() => parseAuthorization(header));
      expect(problem.problem).to.equal('parameter_rejected');
      expect(problem.reason).to.equal('The Authorization header is malformed.');
    });
  }

  const outside: [what: string, header: string][] = [
    ['another scheme', 'Bearer a="1"'],
    ['a scheme that only begins like OAuth', 'OAuthx a="1"'],
    ['bytes above ASCII', 'OAuth a="é"'],
    ['a line end', 'OAuth a="1",\r\n b="2"'],
    ['a NUL', 'OAuth a="\0"'],
    ['a DEL', 'OAuth a="\x7f"'],
  ];
  for (const [what, header] of outside) {
    it(`refuses ${what}`, () => {
      const problem = refusal(() => parseAuthorization(header));
      expect(problem.problem).to.equal('parameter_rejected');
      expect(problem.reason).to.equal('The Authorization header must have the scheme OAuth and be ASCII.');
    });
  }

  it('refuses a malformed escape in a name and in a value', () => {
    expect(refusal(() => parseAuthorization('OAuth a%="1"')).problem).to.equal('parameter_rejected');
    expect(refusal(() => parseAuthorization('OAuth a="%FF"')).problem).to.equal('parameter_rejected');
  });

  it('reads 8192 bytes and refuses one more', () => {
    const header = `OAuth a="${'x'.repeat(8192 - 'OAuth a=""'.length)}"`;
    expect(header).to.have.length(8192);
    expect(parseAuthorization(header)[0]?.[1]).to.have.length(8182);
    const problem = refusal(() => parseAuthorization(`${header},`));
    expect(problem.problem).to.equal('parameter_rejected');
    expect(problem.reason).to.equal('The Authorization header is longer than 8192 bytes.');
  });

  it('refuses a header that is made to backtrack at once', () => {
    for (const piece of [' ', ',', '\\', '"', 'a', '\t,', 'a="\\']) {
      const started = performance.now();
      const header = `OAuth ${piece.repeat(8000 / piece.length)}x`;
      expect(refusal(() => parseAuthorization(header)).problem).to.equal('parameter_rejected');
      expect(performance.now() - started).to.be.below(250);
    }
  });
});

describe('Writing an OAuth header', () => {
  it('writes the parameters in their order, escaped, without a realm', () => {
    const pairs: Pair[] = [
      ['oauth_token', ''],
      ['oauth_consumer_key', 'Bitbucket:1'],
      ['x"y', 'a b+c"'],
    ];
    const header = 'OAuth oauth_token="", oauth_consumer_key="Bitbucket%3A1", x%22y="a%20b%2Bc%22"';
    expect(formatAuthorization(pairs)).to.equal(header);
    expect(parseAuthorization(header)).to.deep.equal(pairs);
  });
});
