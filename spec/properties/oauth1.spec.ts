import { expect } from 'chai';
import fc from 'fast-check';
import { createPublicKey } from 'node:crypto';
import { ApplinksError, OAuthProblem } from '../../plugin/errors.js';
import {
  formatAuthorization,
  isOAuthHeader,
  parseAuthorization,
} from '../../plugin/oauth1/authorization-header.js';
import { baseStringUri, normalizeParameters, signatureBaseString } from '../../plugin/oauth1/base-string.js';
import { encodeForm, parseForm, percentDecode, percentEncode } from '../../plugin/oauth1/encoding.js';
import type { Pair } from '../../plugin/oauth1/encoding.js';
import { readMessage } from '../../plugin/oauth1/message.js';
import type { RawRequest } from '../../plugin/oauth1/message.js';
import { challenge } from '../../plugin/oauth1/problem.js';
import { parsePublicKey } from '../../plugin/oauth1/public-key.js';
import { sign, verifySignature } from '../../plugin/oauth1/signature.js';
import type { SignatureMethod, SigningKey, VerificationKey } from '../../plugin/oauth1/signature.js';
import { verifyMessage } from '../../plugin/oauth1/verify.js';
import { methods, nowSeconds, rsaPair } from '../plugin/oauth1/signing.js';

/** Any code points but surrogates, so that it has a UTF-8 form. */
const text = fc.string({ unit: 'binary', maxLength: 40 });
/** Any UTF-16 code units at all, and text that looks like what the parsers read. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
  fc
    .array(
      fc.constantFrom(
        'OAuth ',
        'realm',
        'oauth_token',
        '=',
        '"',
        '\\',
        ',',
        '%',
        '%2',
        '%C3%A9',
        '%FF',
        '+',
        '&',
        ' ',
        '\t',
        'http://',
        'h',
        ':',
        '80',
        '[::1]',
        '/',
        '?',
        '#',
        '-----BEGIN PUBLIC KEY-----',
        '\ud800',
      ),
    ) // prettier-ignore
    .map((parts) => parts.join('')),
);

const method = fc.constantFrom<SignatureMethod>(...methods);
const name = text.filter((other) => !/^x?oauth_/.test(other));
const pair = fc.tuple(name, text);
const pairs = fc.array(pair, { maxLength: 8 });
/** What fits the protocol's own parameters. */
const value = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 30 });
const path = fc
  .array(fc.constantFrom('job', 'shop', '%2F', '.', '..', 'é', ' ', "!'()*", '', 'a+b', ';v=1'))
  .map((parts) => `/${parts.join('/')}`);

interface Scene {
  key: SigningKey & VerificationKey;
  request: RawRequest;
}

/** A request as a client that knows only the RFC would sign and send it, parameters in any places. */
const scene: fc.Arbitrary<Scene> = fc
  .record({
    method,
    verb: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH'),
    host: fc.constantFrom('ci.example.test', 'localhost:8080', '[::1]:8443', '192.0.2.1'),
    path,
    consumerKey: value,
    consumerSecret: text,
    token: fc.option(fc.oneof(value, fc.constant('')), { nil: undefined }),
    tokenSecret: text,
    nonce: value,
    skew: fc.integer({ min: -300, max: 300 }),
    place: fc.constantFrom('header', 'query', 'form'),
    query: pairs,
    form: fc.option(pairs, { nil: undefined }),
  })
  .map((parts) => {
    const key: SigningKey & VerificationKey =
      parts.method === 'RSA-SHA1'
        ? { method: parts.method, ...rsaPair }
        : { method: parts.method, consumerSecret: parts.consumerSecret, tokenSecret: parts.tokenSecret };
    const protocol: Pair[] = [
      ['oauth_consumer_key', parts.consumerKey],
      ['oauth_signature_method', parts.method],
      ['oauth_timestamp', `${nowSeconds + parts.skew}`],
      ['oauth_nonce', parts.nonce],
      ...(parts.token === undefined ? [] : [['oauth_token', parts.token] as const]),
    ];
    const url = `https://${parts.host}${encodeURI(parts.path)}`;
    const all = [...protocol, ...parts.query, ...(parts.form ?? [])];
    const signature = sign(signatureBaseString({ method: parts.verb, url, pairs: all }), key);
    const signed: Pair[] = [...protocol, ['oauth_signature', signature]];
    const query = [...parts.query, ...(parts.place === 'query' ? signed : [])];
    const form = [...(parts.form ?? []), ...(parts.place === 'form' ? signed : [])];
    return {
      key,
      request: {
        method: parts.verb,
        url: query.length > 0 ? `${url}?${encodeForm(query)}` : url,
        authorization: parts.place === 'header' ? formatAuthorization(signed) : undefined,
        form:
          form.length > 0
            ? new URLSearchParams(form.map(([a, b]): [string, string] => [a, b])).toString()
            : undefined,
      },
    };
  });

function verify({ request, key }: Scene): void {
  verifyMessage(readMessage(request), { key, nowSeconds });
}

/** What the verifier sees of a request: two requests with the same are the same request by the RFC. */
function essence(request: RawRequest): string {
  const message = readMessage(request);
  return JSON.stringify([signatureBaseString(message), message.get('oauth_signature')]);
}

function isRefused(scene: Scene): boolean {
  try {
    verify(scene);
    return false;
  } catch (error) {
    if (error instanceof OAuthProblem) return true;
    throw error;
  }
}

/** Runs what may refuse but not fail. */
function survives(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof ApplinksError)) throw error;
  }
}

describe('Properties of OAuth 1.0a', () => {
  it('what any client signs, verifies', () => {
    fc.assert(fc.property(scene, verify), { numRuns: 300 });
  });

  it('any character changed, put in or left out anywhere is refused, unless it spells the same request', () => {
    const edit = fc.record({
      part: fc.constantFrom<(keyof RawRequest)[]>('method', 'url', 'authorization', 'form'),
      at: fc.nat(),
      remove: fc.nat({ max: 3 }),
      insert: fc.oneof(
        fc.string({ unit: 'grapheme-ascii', maxLength: 3 }),
        fc.constantFrom('&', '=', '%', '+', '"', ','),
      ),
    });
    fc.assert(
      fc.property(scene, edit, (one, { part, at, remove, insert }) => {
        const before = one.request[part];
        fc.pre(before !== undefined);
        const index = at % (before.length + 1);
        const after = before.slice(0, index) + insert + before.slice(index + remove);
        const request = { ...one.request, [part]: after };
        if (isRefused({ ...one, request })) return;
        expect(essence(request)).to.equal(essence(one.request));
      }),
      { numRuns: 1000 },
    );
  });

  it('any bit of the signature changed is refused', () => {
    fc.assert(
      fc.property(method, text, text, text, fc.nat(), (chosen, base, consumerSecret, tokenSecret, at) => {
        const key: SigningKey & VerificationKey =
          chosen === 'RSA-SHA1'
            ? { method: chosen, ...rsaPair }
            : { method: chosen, consumerSecret, tokenSecret };
        const bytes = Buffer.from(sign(base, key), 'base64');
        expect(verifySignature(base, bytes.toString('base64'), key)).to.equal(true);
        const bit = at % (bytes.length * 8);
        bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        expect(verifySignature(base, bytes.toString('base64'), key)).to.equal(false);
      }),
    );
  });

  it('another secret is refused', () => {
    const hmac = fc.constantFrom('HMAC-SHA1' as const, 'HMAC-SHA256' as const);
    fc.assert(
      fc.property(hmac, text, text, text, text, (chosen, a, b, c, d) => {
        fc.pre(a !== c || b !== d);
        const signature = sign('base', { method: chosen, consumerSecret: a, tokenSecret: b });
        expect(
          verifySignature('base', signature, { method: chosen, consumerSecret: c, tokenSecret: d }),
        ).to.equal(false);
      }),
    );
  });

  it('decoding undoes encoding, and what is encoded has unreserved characters and escapes only', () => {
    fc.assert(
      fc.property(text, (any) => {
        expect(percentDecode(percentEncode(any))).to.equal(any);
        expect(percentEncode(any)).to.match(/^(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})*$/);
      }),
    );
  });

  it('a form reads back as it was written, by us and by the platform', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text)), (any) => {
        const written = encodeForm(any);
        expect(parseForm(written)).to.deep.equal(any);
        expect(parseForm(new URLSearchParams(any).toString())).to.deep.equal(any);
        expect([...new URLSearchParams(written)]).to.deep.equal(any);
      }),
    );
  });

  it('a header reads back as it was written', () => {
    const named = fc.tuple(
      fc.string({ unit: 'binary', minLength: 1 }).filter((any) => !/^realm$/i.test(any)),
      text,
    );
    fc.assert(
      fc.property(fc.array(named, { maxLength: 10 }), (any) => {
        expect(parseAuthorization(formatAuthorization(any))).to.deep.equal(any);
        expect(isOAuthHeader(formatAuthorization(any))).to.equal(true);
      }),
    );
  });

  it('normalised parameters do not depend on the order', () => {
    const shuffled = fc
      .array(fc.tuple(text, text))
      .chain((any) => fc.tuple(fc.constant(any), fc.shuffledSubarray(any, { minLength: any.length })));
    fc.assert(
      fc.property(shuffled, ([any, other]) => {
        expect(normalizeParameters(other)).to.equal(normalizeParameters(any));
      }),
    );
  });

  it('normalised parameters are in the order of bytes, and none is lost', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(name, text), { minLength: 1 }), (any) => {
        const found = normalizeParameters(any).split('&');
        const bytes = any
          .map((one) => one.map(percentEncode))
          .sort(
            ([a, b], [c, d]) =>
              Buffer.compare(Buffer.from(a!), Buffer.from(c!)) ||
              Buffer.compare(Buffer.from(b!), Buffer.from(d!)),
          );
        expect(found).to.deep.equal(bytes.map((one) => one.join('=')));
      }),
    );
  });

  it('the base string URI of a base string URI is itself', () => {
    fc.assert(
      fc.property(
        fc.webUrl({ validSchemes: ['http', 'https'], withQueryParameters: true, withFragments: true }),
        (url) => {
          const uri = baseStringUri(url);
          expect(baseStringUri(uri)).to.equal(uri);
          expect(new URL(uri).origin).to.equal(new URL(url).origin);
        },
      ),
    );
  });

  it('no text at all makes a parser throw anything but its own errors', () => {
    const { publicKey } = rsaPair;
    fc.assert(
      fc.property(hostile, hostile, hostile, hostile, (a, b, c, d) => {
        const parsers: ((any: string) => unknown)[] = [
          percentEncode,
          percentDecode,
          parseForm,
          isOAuthHeader,
          parseAuthorization,
          (any) => parseAuthorization(`OAuth ${any}`),
          baseStringUri,
          (any) => baseStringUri(`http://h${any}`),
          parsePublicKey,
          (any) => challenge(any, { [`oauth_${any}`]: any }),
          (any) => normalizeParameters([[any, any]]),
          (any) => verifySignature(any, any, { method: 'RSA-SHA1', publicKey }),
          (any) => verifySignature(any, any, { method: 'HMAC-SHA1', consumerSecret: any, tokenSecret: any }),
          (any) =>
            verify({
              request: { method: any, url: any, authorization: any, form: any },
              key: { method: 'RSA-SHA1', ...rsaPair },
            }),
        ];
        for (const parse of parsers) survives(() => parse(a));
        survives(() =>
          readMessage({ method: a, url: `http://h/?${b}`, authorization: `OAuth ${c}`, form: d }),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('a challenge is one line of visible ASCII that reads back, whatever is put in', () => {
    fc.assert(
      fc.property(text, text, text, (realm, key, any) => {
        const header = challenge(realm, { oauth_problem: any, [`oauth_x${key}`]: any, [key]: any });
        expect(header).to.match(/^OAuth realm="[\w.~%-]*"(?:, [\w.~%-]+="[\w.~%-]*")+$/);
        expect(parseAuthorization(header)).to.deep.include.members([
          ['oauth_problem', any],
          [`oauth_x${key}`, any],
        ]);
      }),
    );
  });

  it('a public key that was read reads back the same', () => {
    const { key, ...rest } = parsePublicKey(
      rsaPair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    );
    fc.assert(
      fc.property(
        fc.constantFrom('', ' ', '\n', '\r\n\t'),
        fc.integer({ min: 1, max: 100 }),
        (space, width) => {
          const lines = rest.spki.match(new RegExp(`.{1,${width}}`, 'g')) ?? [];
          const { key: other, ...same } = parsePublicKey(space + lines.join(`${space}\n`) + space);
          expect(same).to.deep.equal(rest);
          expect(other.equals(key)).to.equal(true);
          expect(other.equals(createPublicKey(rsaPair.privateKey))).to.equal(true);
        },
      ),
    );
  });
});
