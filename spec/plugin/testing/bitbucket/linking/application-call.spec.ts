import { expect } from 'chai';
import { createPublicKey, verify } from 'node:crypto';
import type { SignedRequest } from '../../../../../plugin/testing/index.js';
import { baseString, type Parameter } from '../../../../../plugin/testing/base-string.js';
import { linkedPair, type LinkedPair } from '../linked-pair.js';
import type { Received } from '../scripted-provider.js';

const fieldsOf = ({ headers }: Received): Parameter[] =>
  [...(headers.authorization ?? '').matchAll(/([a-z_]+)="([^"]*)"/g)].map(([, name = '', value = '']) => [
    name,
    decodeURIComponent(value),
  ]);

const queryOf = ({ query }: Received): string =>
  [...query].map(([name, value]) => `${name}=${value}`).join('&');

describe('c7: signed calls without a user', () => {
  let pair: LinkedPair;
  afterEach(() => pair.stop());

  const lastTo = (path: string): Received => pair.provider.to(path).at(-1)!;

  /** With the public key, which is all that the other side has. */
  function isSignedByHostKey(received: Received): boolean {
    const fields = fieldsOf(received);
    const signature = fields.find(([name]) => name === 'oauth_signature')?.[1] ?? '';
    const url = new URL(pair.provider.url + received.path);
    url.search = received.query.toString();
    const base: SignedRequest['baseString'] = baseString(
      received.method,
      url,
      fields.filter(([name]) => name !== 'oauth_signature'),
    );
    const key = createPublicKey(pair.standIn.host.publicKeyPem());
    return verify('sha1', Buffer.from(base), key, Buffer.from(signature, 'base64'));
  }

  for (const style of ['atlassian', 'manual'] as const) {
    describe(`on a link in ${style} style`, () => {
      beforeEach(async () => (pair = await linkedPair(style)));

      it('2LO: an empty oauth_token, the host key, no realm', async () => {
        pair.provider.replies['/api'] = { body: 'fine' };
        const result = await pair.standIn.linking.callAsApplication(pair.linkId, 'GET', '/api?limit=5');
        expect([result.outcome, result.body]).to.deep.equal(['ok', 'fine']);
        const received = lastTo('/api');
        expect(fieldsOf(received).slice(0, 3)).to.deep.equal([
          ['oauth_token', ''],
          ['oauth_consumer_key', pair.standIn.host.consumerKey],
          ['oauth_signature_method', 'RSA-SHA1'],
        ]);
        expect(isSignedByHostKey(received)).to.equal(true);
        expect(queryOf(received)).to.equal('limit=5');
      });

      it('2LOi: the user in the query, signed, and not in the header', async () => {
        pair.provider.replies['/api'] = {};
        const requestor = 'jdoe@example.test';
        for (const path of ['/api?limit=5', '/api']) {
          await pair.standIn.linking.callAsApplication(pair.linkId, 'GET', path, { requestor });
          const received = lastTo('/api');
          expect(received.query.get('xoauth_requestor_id')).to.equal(requestor);
          expect(received.headers.authorization).not.to.include('requestor');
          expect(isSignedByHostKey(received)).to.equal(true);
        }
      });
    });
  }

  it('3LO of a manual link is HMAC by its own key, of an Atlassian-style link RSA by the host key', async () => {
    const identities: unknown[] = [];
    for (const style of ['manual', 'atlassian'] as const) {
      if (identities.length > 0) await pair.stop();
      pair = await linkedPair(style, { hostConsumerKey: 'Bitbucket:1' });
      pair.provider.replies['/api'] = {};
      await pair.callWithToken('GET', '/api');
      const fields = Object.fromEntries(fieldsOf(lastTo('/api')));
      identities.push([fields.oauth_consumer_key, fields.oauth_signature_method]);
    }
    expect(identities).to.deep.equal([
      ['ci-key', 'HMAC-SHA1'],
      ['Bitbucket:1', 'RSA-SHA1'],
    ]);
  });

  it('has no token to lose: a fatal problem is a failure, and the token of a user stays', async () => {
    pair = await linkedPair();
    pair.provider.replies['/api'] = {
      status: 401,
      headers: { 'WWW-Authenticate': 'OAuth realm="x", oauth_problem="token_rejected"' },
    };
    pair.standIn.setToken(pair.linkId, 'ana', {
      kind: 'access',
      token: 'a',
      secret: 's',
      sessionHandle: undefined,
    });
    const result = await pair.standIn.linking.callAsApplication(pair.linkId, 'GET', '/api');
    expect([result.outcome, result.problem]).to.deep.equal(['failed', 'token_rejected']);
    expect(pair.standIn.token(pair.linkId, 'ana')?.token).to.equal('a');
  });

  it('shows its faults here too', async () => {
    pair = await linkedPair();
    pair.provider.replies['/api'] = {};
    pair.standIn.faults.wrongSignature = true;
    await pair.standIn.linking.callAsApplication(pair.linkId, 'GET', '/api');
    expect(isSignedByHostKey(lastTo('/api'))).to.equal(false);
  });

  it('does not leave the link’s address', async () => {
    pair = await linkedPair();
    const outside = pair.standIn.linking.callAsApplication(pair.linkId, 'GET', 'https://evil.example/');
    expect(await outside.then(() => '', String)).to.include('does not lie below');
  });
});
