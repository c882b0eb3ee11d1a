/** The stand-in as a provider against consumers that other people wrote, and against published vectors. */
import { expect } from 'chai';
import { createSign } from 'node:crypto';
import { OAuth } from 'oauth';
import OAuth1a from 'oauth-1.0a';
import { createContext } from '../../../../../plugin/testing/bitbucket/context.js';
import { createHostIdentity } from '../../../../../plugin/testing/bitbucket/host-identity.js';
import { createState } from '../../../../../plugin/testing/bitbucket/state.js';
import { OAuthRefusal } from '../../../../../plugin/testing/bitbucket/provider/oauth-refusal.js';
import { readSignedMessage } from '../../../../../plugin/testing/bitbucket/provider/signed-message.js';
import { validateMessage } from '../../../../../plugin/testing/bitbucket/provider/validate-message.js';
import { rememberSecret } from '../../../../support/secrets.js';
import { ask, callingApp, consumerKey, paths, privateKeyPem, type CallingApp } from './calling-app.js';

/** The published types forget that there may be none. */
type Failure = object | null;

interface Granted {
  token: string;
  secret: string;
}

const settled =
  (
    kind: 'request token' | 'access token',
    resolve: (granted: Granted) => void,
    reject: (reason: Error) => void,
  ) =>
  (error: Failure, token: string, secret: string): void => {
    if (error) reject(new Error(JSON.stringify(error)));
    else
      resolve({
        token: rememberSecret(token, kind),
        secret: rememberSecret(secret, 'token secret'),
      });
  };

describe('c9: npm oauth as the consumer of the stand-in', () => {
  let app: CallingApp;
  let client: OAuth;
  beforeEach(async () => {
    app = await callingApp({ clock: Date.now, contextPath: '/bitbucket' });
    const { url } = app.standIn;
    client = new OAuth(
      url + paths.requestToken,
      url + paths.accessToken,
      consumerKey,
      privateKeyPem,
      '1.0',
      'http://ci.example.test/back?x=%C3%A4%20b&y=1',
      'RSA-SHA1',
    );
  });
  afterEach(() => app.stop());

  const requestToken = (): Promise<Granted> =>
    new Promise((resolve, reject) => client.getOAuthRequestToken(settled('request token', resolve, reject)));
  const accessToken = ({ token, secret }: Granted, verifier: string): Promise<Granted> =>
    new Promise((resolve, reject) =>
      client.getOAuthAccessToken(token, secret, verifier, settled('access token', resolve, reject)),
    );
  const get = (url: string, { token, secret }: Granted): Promise<string> =>
    new Promise((resolve, reject) =>
      client.get(url, token, secret, (error: Failure | undefined, body) => {
        if (error) reject(new Error(JSON.stringify(error)));
        else resolve(String(body));
      }),
    );

  it('makes the whole dance and calls in the name of the user', async () => {
    const asked = await requestToken();
    const granted = await accessToken(asked, await app.allow(asked, 'ana'));
    expect(granted.secret).to.equal(asked.secret);
    const { url } = app.standIn;
    expect(await get(url + paths.whoAmI, granted)).to.equal('ana');
    expect(await get(`${url}${paths.whoAmI}?q=a%20b%2Bc&u=%C3%A4&empty=`, granted)).to.equal('ana');
  });

  it('calls under the other name of the same stand-in, which the signature covers', async () => {
    const asked = await requestToken();
    const granted = await accessToken(asked, await app.allow(asked, 'ana'));
    expect(await get(app.standIn.urls[1] + paths.whoAmI, granted)).to.equal('ana');
  });

  it('is told why it was refused', async () => {
    app.consumer.threeLegged = false;
    const failure = await requestToken().catch((error: unknown) => String(error));
    expect(failure).to.include('401').and.include('oauth_problem=permission_denied');
  });
});

describe('c9: npm oauth-1.0a as the consumer of the stand-in', () => {
  let app: CallingApp;
  beforeEach(async () => {
    app = await callingApp({ clock: Date.now });
    app.consumer.executingUser = 'ben';
    app.consumer.impersonation = true;
  });
  afterEach(() => app.stop());

  const client = new OAuth1a({
    consumer: { key: consumerKey, secret: privateKeyPem },
    signature_method: 'RSA-SHA1',
    hash_function: (base) => createSign('sha1').update(base).sign(privateKeyPem, 'base64'),
  });
  const signed = (url: string): { url: string; headers: Record<string, string> } => {
    const authorised = client.authorize({ method: 'GET', url }, { key: '', secret: '' });
    return { url, headers: { ...client.toHeader(authorised) } };
  };

  for (const [name, query, user] of [
    ['2LO', '', 'ben'],
    ['2LOi', '?xoauth_requestor_id=ana', 'ana'],
    ['2LO with an awkward query', '?b=2&a=%21%27%28%29%2A&a=~', 'ben'],
  ] as const) {
    it(`makes ${name} calls`, async () => {
      const { url, headers } = signed(app.standIn.url + paths.whoAmI + query);
      const answer = await ask('GET', url, headers);
      expect(answer.body).to.equal(user);
      expect(answer.status).to.equal(200);
    });
  }
});

/** The RSA example of the OAuth community's test cases: wiki.oauth.net, "RSA-SHA1". */
describe('c9: published vector of RSA-SHA1', () => {
  const publicKey =
    'MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC0YjCwIfYoprq/FQO6lb3asXrxLlJFuCvtinTF5p0GxvQGu5O3gYytUvtC2JlYzypSRjVx' +
    'wxrsuRcP3e641SdASwfrmzyvIgP08N4S0IFzEURkV1wp/IpH7kH41EtbmUmrXSwfNZsnQRE5SYSOhh+LcK2wyQkdgcMv11l4KoBkcwIDAQAB';
  const signature =
    'jvTp/wX1TYtByB1m+Pbyo0lnCOLIsyGCH7wke8AUs3BpnwZJtAuEJkvQL2/9n4s5wUmUl4aCI4BwpraNx4RtEXMe5qg5T1LVTGliMRpKasKs' +
    'W//e+RinhejgCuzoH26dyF8iY2ZZ/5D1ilgeijhV/vBka5twt399mXwaYdCwFYE=';
  const context = createContext({
    state: createState([]),
    host: createHostIdentity({ consumerKey: 'any', bits: 1024, privateKeyPem: undefined }),
    renews: false,
    resignsRedirects: false,
    baseUrl: () => 'http://photos.example.net',
    clock: () => 1_196_666_512_000,
  });
  const consumer = {
    key: 'dpf43f3p2l4k3l03',
    name: 'Printer',
    publicKey,
    threeLegged: true,
    twoLegged: true,
    executingUser: undefined,
    impersonation: false,
    linkId: 'any',
  };
  const message = (file: string) =>
    readSignedMessage(
      {
        method: 'GET',
        base: 'http://photos.example.net',
        path: '/photos',
        query: new URLSearchParams({ file, size: 'original' }),
        body: '',
      },
      {
        authorization:
          'OAuth realm="http://photos.example.net/", oauth_consumer_key="dpf43f3p2l4k3l03", ' +
          'oauth_signature_method="RSA-SHA1", oauth_timestamp="1196666512", oauth_version="1.0", ' +
          `oauth_nonce="13917289812797014437", oauth_signature="${encodeURIComponent(signature)}"`,
      },
    );

  it('has the published base string', () => {
    expect(message('vacaction.jpg').baseString()).to.equal(
      'GET&http%3A%2F%2Fphotos.example.net%2Fphotos&file%3Dvacaction.jpg%26oauth_consumer_key%3Ddpf43f3p2l4k3l03' +
        '%26oauth_nonce%3D13917289812797014437%26oauth_signature_method%3DRSA-SHA1%26oauth_timestamp%3D1196666512' +
        '%26oauth_version%3D1.0%26size%3Doriginal',
    );
  });

  it('is accepted as published, and not with another file', () => {
    expect(() => validateMessage(context, message('vacaction.jpg'), consumer)).not.to.throw();
    context.nonces = { remember: () => true };
    expect(() => validateMessage(context, message('other.jpg'), consumer)).to.throw(
      OAuthRefusal,
      'signature_invalid',
    );
  });
});
