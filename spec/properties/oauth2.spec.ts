/** What holds for every input to the grammar of OAuth 2.0. */
import { createHash } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { OAuth2Error } from 'express-applinks';
import { readBearerToken } from '../../plugin/oauth2/bearer.js';
import { readClientCredentials } from '../../plugin/oauth2/client-credentials.js';
import { asciiDescription } from '../../plugin/oauth2/description.js';
import { readParameters, rejectRepeated } from '../../plugin/oauth2/parameters.js';
import { requireCodeChallenge, requireCodeVerifier } from '../../plugin/oauth2/pkce.js';
import { isRedirectUri, isSameRedirectUri, redirectWith } from '../../plugin/oauth2/redirect-uri.js';
import { intersectScopes, requireScopes } from '../../plugin/oauth2/scope.js';

/** Undefined when it was refused as it should be. */
function accepted<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof OAuth2Error) return undefined;
    throw error;
  }
}

const text = fc.string({ unit: 'binary' });
const uri = fc
  .webUrl({ validSchemes: ['https'], withQueryParameters: true })
  .filter((url) => isRedirectUri(url, strict));
const strict = { allowLoopback: false };

describe('OAuth 2.0, for every input:', () => {
  it('readers refuse with an error of their own, or accept', () => {
    fc.assert(
      fc.property(text, text, (one, two) => {
        accepted(() => rejectRepeated(readParameters(one)));
        accepted(() => readClientCredentials(one, readParameters(two)));
        accepted(() =>
          readClientCredentials(`Basic ${Buffer.from(one).toString('base64')}`, readParameters(two)),
        );
        accepted(() => readBearerToken(`Bearer ${one}`));
        accepted(() => requireCodeChallenge(readParameters(one), false));
        accepted(() => requireCodeVerifier(one, two));
        isRedirectUri(one, { allowLoopback: true });
      }),
    );
  });

  it('Basic credentials come back as they were form-encoded', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string(), (clientId, secret) => {
        const encoded = `${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`;
        const header = `Basic ${Buffer.from(encoded).toString('base64')}`;
        if (header.length < 2000)
          expect(readClientCredentials(header, readParameters(''))).to.deep.equal({ clientId, secret });
      }),
    );
  });

  it('a redirect keeps host, path and own query, and gives back each value', () => {
    fc.assert(
      fc.property(uri, text, text, (target, code, state) => {
        const before = new URL(target);
        const after = new URL(redirectWith(target, { code, state }));
        expect([after.origin, after.pathname]).to.deep.equal([before.origin, before.pathname]);
        const read = (value: string): string => new URLSearchParams({ value }).toString();
        expect(read(after.searchParams.getAll('code').at(-1) ?? '')).to.equal(read(code));
        expect(read(after.searchParams.getAll('state').at(-1) ?? '')).to.equal(read(state));
        expect(after.search.startsWith(before.search)).to.equal(true);
      }),
    );
  });

  it('a redirect URI that was changed anywhere is another one', () => {
    fc.assert(
      fc.property(
        uri,
        fc.nat(),
        fc.constantFrom('', 'x', '/', '%', '.', '@', ' ', '#'),
        (target, at, put) => {
          const index = at % target.length;
          const changed = target.slice(0, index) + put + target.slice(index + 1);
          if (changed !== target) expect(isSameRedirectUri(target, changed, true)).to.equal(false);
        },
      ),
    );
  });

  it('only its own verifier fits a challenge', () => {
    const verifier = fc.stringMatching(/^[\w.~-]{43,128}$/);
    fc.assert(
      fc.property(verifier, verifier, (one, two) => {
        const challenge = createHash('sha256').update(one).digest('base64url');
        expect(
          requireCodeChallenge(
            readParameters(`code_challenge=${challenge}&code_challenge_method=S256`),
            true,
          ),
        ).to.equal(challenge);
        requireCodeVerifier(one, challenge);
        if (one !== two) expect(() => requireCodeVerifier(two, challenge)).to.throw(OAuth2Error);
      }),
    );
  });

  it('nobody gets a scope that is not allowed, nor nothing', () => {
    const names = fc.subarray(['a', 'b', 'c', 'd', 'A', 'a b', '']);
    fc.assert(
      fc.property(names, fc.subarray(['a', 'b', 'c']), (asked, allowed) => {
        for (const grant of [requireScopes, intersectScopes]) {
          const granted = accepted(() => grant(asked.join(' '), allowed));
          if (granted === undefined) continue;
          expect(granted).not.to.have.length(0);
          expect(allowed).to.include.members(granted);
        }
      }),
    );
  });

  it('a description is what an Atlassian peer shows', () => {
    fc.assert(
      fc.property(
        text,
        (said) => void expect(asciiDescription(said)).to.match(/^[\x20\x21\x23-\x5b\x5d-\x7e]*$/),
      ),
    );
  });
});
