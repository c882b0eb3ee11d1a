import { expect } from 'chai';
import { OAuth2Error } from 'express-applinks';
import { mayShowNothing, requireCodeResponse } from '../../../plugin/oauth2/authorization-request.js';
import { bearerChallenge, isBearerHeader, readBearerToken } from '../../../plugin/oauth2/bearer.js';
import { readClientCredentials } from '../../../plugin/oauth2/client-credentials.js';
import { asciiDescription } from '../../../plugin/oauth2/description.js';
import { metadataOf, wellKnownPath } from '../../../plugin/oauth2/metadata.js';
import { readParameters, rejectRepeated, requireParameter } from '../../../plugin/oauth2/parameters.js';
import { requireCodeChallenge, requireCodeVerifier } from '../../../plugin/oauth2/pkce.js';
import { intersectScopes, parseScopes, requireScopes } from '../../../plugin/oauth2/scope.js';

/** The error code, or undefined when nothing was thrown. */
function errorOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof OAuth2Error) return error.error;
    throw error;
  }
  return undefined;
}

describe('Parameters of OAuth 2.0', () => {
  it('are absent without a value, and ambiguous when they are repeated', () => {
    const parameters = readParameters('a=1&b=&c&d=1&d=2&e=%C3%BC+x');
    const values = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => parameters.get(name));
    expect(values).to.deep.equal(['1', undefined, undefined, undefined, 'ü x', undefined]);
    expect(parameters.names).to.deep.equal(['a', 'b', 'c', 'd', 'e']);
    expect([parameters.isRepeated('a'), parameters.isRepeated('d')]).to.deep.equal([false, true]);
  });

  it('may be repeated for resource and audience only, even when they are empty', () => {
    expect(
      errorOf(() => rejectRepeated(readParameters('a=1&b=2&resource=x&resource=y&audience=&audience='))),
    ).to.equal(undefined);
    for (const encoded of ['a=1&a=1', 'a=&a=', 'a&a=1', '%61=1&a=1'])
      expect(
        errorOf(() => rejectRepeated(readParameters(encoded))),
        encoded,
      ).to.equal('invalid_request');
  });

  it('of odd encoding never throw anything else', () => {
    for (const encoded of ['%', '%zz=%', '=x', '&&&', '%ff=%fe', '__proto__=1', 'x=%00'])
      expect(errorOf(() => rejectRepeated(readParameters(encoded)))).to.equal(undefined);
    expect(readParameters('__proto__=1').get('__proto__')).to.equal('1');
    expect(readParameters('a=1').get('constructor')).to.equal(undefined);
    expect(errorOf(() => requireParameter(readParameters('a='), 'a'))).to.equal('invalid_request');
  });
});

describe('Scopes', () => {
  it('are a list with single spaces', () => {
    expect(parseScopes('b a b')).to.deep.equal(['b', 'a']);
    for (const text of ['', ' ', ' a', 'a ', 'a  b', 'a\tb', 'a"', 'a\\', 'ü'])
      expect(parseScopes(text)).to.equal(undefined);
  });

  it('are granted in our order, all when none is asked for, and never others', () => {
    const allowed = ['a', 'b', 'c'];
    expect(requireScopes('c a', allowed)).to.deep.equal(['a', 'c']);
    expect(requireScopes(undefined, allowed)).to.deep.equal(allowed);
    for (const text of ['d', 'a d', 'A', 'a  b'])
      expect(errorOf(() => requireScopes(text, allowed))).to.equal('invalid_scope');
    expect(errorOf(() => requireScopes(undefined, []))).to.equal('invalid_scope');
  });

  it('are cut to what is allowed, never to nothing', () => {
    expect(intersectScopes('d b', ['a', 'b'])).to.deep.equal(['b']);
    expect(intersectScopes(undefined, ['a'])).to.deep.equal(['a']);
    for (const text of ['d', 'a  b'])
      expect(errorOf(() => intersectScopes(text, ['a', 'b']))).to.equal('invalid_scope');
  });
});

describe('PKCE', () => {
  const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
  const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
  const asked = (encoded: string, isRequired = false): string | null | undefined => {
    let result: string | null | undefined;
    const error = errorOf(() => (result = requireCodeChallenge(readParameters(encoded), isRequired)));
    return error ?? result;
  };

  it('takes challenge and method together, or nothing where nothing is required', () => {
    expect(asked(`code_challenge=${challenge}&code_challenge_method=S256`, true)).to.equal(challenge);
    expect(asked('')).to.equal(null);
    expect(asked('', true)).to.equal('invalid_request');
    for (const encoded of [
      'code_challenge_method=S256',
      `code_challenge=${challenge}`,
      `code_challenge=${challenge}&code_challenge_method=plain`,
    ])
      expect(asked(encoded), encoded).to.equal('invalid_request');
  });

  it('knows the verifier of RFC 7636 appendix B, and no other', () => {
    const check = (given: string | undefined, of: string | null): string | undefined =>
      errorOf(() => requireCodeVerifier(given, of));
    expect(check(verifier, challenge)).to.equal(undefined);
    expect(check(undefined, null)).to.equal(undefined);
    for (const given of [
      undefined,
      '',
      challenge,
      `${verifier}x`,
      verifier.slice(0, 42),
      verifier.toLowerCase(),
    ])
      expect(check(given, challenge)).to.equal('invalid_grant');
    expect(check(verifier, null)).to.equal('invalid_grant');
    expect(check(verifier, '')).to.equal('invalid_grant');
  });
});

describe('An authorization request', () => {
  it('asks for a code', () => {
    const error = (encoded: string) => errorOf(() => requireCodeResponse(readParameters(encoded)));
    expect([error('response_type=code'), error('response_type=token'), error('')]).to.deep.equal([
      ...[undefined, 'unsupported_response_type', 'invalid_request'],
    ]);
  });

  it('may forbid pages by prompt=none alone', () => {
    const silent = (encoded: string, isLenient: boolean) =>
      mayShowNothing(readParameters(encoded), isLenient);
    expect([silent('', false), silent('prompt=login', false), silent('prompt=none', true)]).to.deep.equal([
      false,
      false,
      true,
    ]);
    expect(silent('prompt=none+login', true)).to.equal(false);
    expect(errorOf(() => silent('prompt=none+login', false))).to.equal('invalid_request');
  });
});

describe('Credentials of a client', () => {
  const read = (authorization: string | undefined, form: string) =>
    readClientCredentials(authorization, readParameters(form));
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

  it('come by Basic, form-decoded, or in the body', () => {
    expect(read(basic('a%2Bb:c+d%3A:e'), '')).to.deep.equal({ clientId: 'a+b', secret: 'c d::e' });
    expect(read(undefined, 'client_id=a&client_secret=b')).to.deep.equal({ clientId: 'a', secret: 'b' });
    expect(read('Negotiate x', 'client_id=a')).to.deep.equal({ clientId: 'a', secret: undefined });
    expect(read(basic('a:'), 'client_id=a')).to.deep.equal({ clientId: 'a', secret: '' });
  });

  it('do not come in two ways, nor from nobody', () => {
    expect(errorOf(() => read(basic('a:b'), 'client_secret=b'))).to.equal('invalid_request');
    expect(errorOf(() => read(basic('a:b'), 'client_id=c'))).to.equal('invalid_request');
    for (const header of [
      undefined,
      'Basic',
      'Basic ',
      'Basic %%%',
      basic(':b'),
      basic('ab'),
      basic('a:%'),
      `Basic ${'A'.repeat(3000)}`,
    ])
      expect(
        errorOf(() => read(header, '')),
        header,
      ).to.equal('invalid_client');
  });
});

describe('Bearer tokens', () => {
  it('are read from a header of that scheme', () => {
    for (const header of ['Bearer abc', 'bearer  a.b~c+d/e-f_g==', 'BEARER x'])
      expect(isBearerHeader(header)).to.equal(true);
    for (const header of [undefined, '', 'Bearerabc', 'OAuth Bearer', 'Basic abc'])
      expect(isBearerHeader(header)).to.equal(false);
    expect(readBearerToken('bearer  a.b~c+d/e-f_g==')).to.equal('a.b~c+d/e-f_g==');
    for (const header of [
      'Bearer',
      'Bearer ',
      'Bearer a b',
      'Bearer a,b',
      'Bearer =',
      `Bearer ${'a'.repeat(8192)}`,
    ])
      expect(
        errorOf(() => readBearerToken(header)),
        header.slice(0, 20),
      ).to.equal('invalid_request');
  });

  it('are asked for in a header that nothing can break out of', () => {
    expect(bearerChallenge('https://x')).to.equal('Bearer realm="https://x"');
    expect(bearerChallenge('a"b', { error: 'invalid_token', scope: 'x\r\ny' })).to.equal(
      `Bearer realm="a'b", error="invalid_token", scope="x??y"`,
    );
    expect(asciiDescription('"ü"\\\n✓𝄞')).to.equal("'?'/???");
  });
});

describe('Metadata', () => {
  it('is where RFC 8414 has it', () => {
    expect(wellKnownPath('https://x.example.test')).to.equal('/.well-known/oauth-authorization-server');
    expect(wellKnownPath('https://x.example.test/a/b')).to.equal(
      '/.well-known/oauth-authorization-server/a/b',
    );
  });

  it('names endpoints below the issuer', () => {
    const document = metadataOf({ issuer: 'https://x/ci', scopes: ['a'], hasIntrospection: true });
    const endpoints = Object.entries(document).filter(([name]) => name.endsWith('_endpoint'));
    expect(endpoints.map(([, url]) => url)).to.have.length(4);
    for (const [, url] of endpoints) expect(String(url).startsWith('https://x/ci/oauth2/')).to.equal(true);
  });
});
