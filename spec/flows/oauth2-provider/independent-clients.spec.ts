/**
 * All flows over TLS by two clients that we did not write, in their strictest settings: openid-client and oauth4webapi.
 * They check what we answer: issuer, media types, members, `iss`, `state`, challenges.
 */
import { expect } from 'chai';
import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';
import { Agent } from 'undici';
import { createBrowser } from 'express-applinks/testing';
import { createAuthority } from '../../support/certificates.js';
import { locationOf } from '../../support/consent.js';
import { startKitApp, type KitApp } from '../../support/kit-app.js';
import { registerClient, type ClientChanges, type TestClient } from '../../support/oauth2-client.js';
import { rememberSecret, type SecretKind } from '../../support/secrets.js';

/** openid-client takes it from the address that came back, without its query. */
const redirectUri = 'https://peer.example.test/callback';

const remember = (value: string | undefined, kind: SecretKind): string => rememberSecret(value ?? '', kind);

for (const mount of ['root', 'path'] as const) {
  describe(`Clients of other people (${mount})`, () => {
    let app: KitApp;
    let trusted: Agent;
    let ca: string;
    before(async () => {
      const authority = await createAuthority();
      const tls = await authority.issue({ name: 'localhost' });
      app = await startKitApp({ mount, tls, options: { oauth2: { introspection: true } } });
      trusted = new Agent({ connect: { ca: authority.cert } });
      ({ cert: ca } = authority);
    });
    after(async () => {
      await trusted.close();
      await app.close();
    });
    /** The clients' own fetch, which trusts our authority. */
    const fetchTrusting = (url: string, init: object): Promise<Response> => {
      const trusting: object = { ...init, dispatcher: trusted };
      return fetch(url, trusting);
    };
    /** The address that the browser is sent to when the user presses the button. */
    const decide = async (url: string, button: 'authorize' | 'cancel'): Promise<URL> => {
      const browser = createBrowser({ redirects: 0, ca });
      await browser.get(`${app.baseUrl}/login?user=ana`);
      return new URL(locationOf(await browser.submit(await browser.get(url), { button })));
    };
    const register = (changes: ClientChanges): Promise<TestClient> =>
      registerClient(app, { redirectUris: [redirectUri], ...changes });

    describe('openid-client', () => {
      const configure = async (
        by: TestClient,
        authentication: client.ClientAuth,
      ): Promise<client.Configuration> =>
        client.discovery(new URL(app.baseUrl), by.client.clientId, undefined, authentication, {
          algorithm: 'oauth2',
          [client.customFetch]: fetchTrusting,
        });

      const methods: readonly [string, 'confidential' | 'public', (secret: string) => client.ClientAuth][] = [
        ['client_secret_basic', 'confidential', (secret) => client.ClientSecretBasic(secret)],
        ['client_secret_post', 'confidential', (secret) => client.ClientSecretPost(secret)],
        ['none', 'public', () => client.None()],
      ];
      for (const [method, type, authentication] of methods) {
        it(`discovers, authorizes, renews, calls and revokes (${method})`, async () => {
          const by = await register({ type });
          const config = await configure(by, authentication(by.secret ?? ''));
          expect(config.serverMetadata().issuer).to.equal(app.baseUrl);
          expect(config.serverMetadata().supportsPKCE()).to.equal(true);
          const pkceCodeVerifier = remember(client.randomPKCECodeVerifier(), 'verifier');
          const expectedState = client.randomState();
          const url = client.buildAuthorizationUrl(config, {
            redirect_uri: redirectUri,
            scope: 'build',
            state: expectedState,
            code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
            code_challenge_method: 'S256',
          });
          const back = await decide(url.href, 'authorize');
          const checks = { pkceCodeVerifier, expectedState };
          const tokens = await client.authorizationCodeGrant(config, back, checks);
          remember(tokens.access_token, 'access token');
          const renewed = await client.refreshTokenGrant(
            config,
            remember(tokens.refresh_token, 'refresh token'),
          );
          remember(renewed.access_token, 'access token');
          const resource = new URL(`${app.baseUrl}/job/demo/build`);
          const answer = await client.fetchProtectedResource(config, renewed.access_token, resource, 'POST');
          expect(answer.status).to.equal(201);
          await client.tokenRevocation(config, remember(renewed.refresh_token, 'refresh token'));
          const refused: unknown = await client
            .fetchProtectedResource(config, renewed.access_token, resource, 'POST')
            .catch((error: unknown) => error);
          expect(refused).to.be.instanceOf(client.WWWAuthenticateChallengeError);
        });
      }

      it('gets a token of its own, and asks about it', async () => {
        const by = await register({ allowClientCredentials: true });
        const config = await configure(by, client.ClientSecretBasic(by.secret));
        const tokens = await client.clientCredentialsGrant(config, { scope: 'build' });
        const known = await client.tokenIntrospection(config, remember(tokens.access_token, 'access token'));
        expect(known).to.include({ active: true, client_id: by.client.clientId, scope: 'build' });
        await client.tokenRevocation(config, tokens.access_token);
        expect(await client.tokenIntrospection(config, tokens.access_token)).to.deep.equal({ active: false });
      });

      it('understands a refusal', async () => {
        const by = await register({});
        const config = await configure(by, client.ClientSecretPost('wrong-secret'));
        const refused: unknown = await client.refreshTokenGrant(config, 'x').catch((error: unknown) => error);
        expect(refused).to.be.instanceOf(client.ResponseBodyError).with.property('error', 'invalid_client');
      });
    });

    describe('oauth4webapi', () => {
      const options = { [oauth.customFetch]: fetchTrusting };

      it('takes each answer apart and finds nothing wrong', async () => {
        const by = await register({});
        const issuer = new URL(app.baseUrl);
        const discovered = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...options });
        const server = await oauth.processDiscoveryResponse(issuer, discovered);
        const me: oauth.Client = { client_id: by.client.clientId };
        const authentication = oauth.ClientSecretBasic(by.secret ?? '');
        const verifier = remember(oauth.generateRandomCodeVerifier(), 'verifier');
        const state = oauth.generateRandomState();
        const url = new URL(server.authorization_endpoint ?? '');
        url.search = new URLSearchParams({
          ...{
            client_id: me.client_id,
            redirect_uri: redirectUri,
            response_type: 'code',
            scope: 'build',
            state,
          },
          code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
        }).toString();
        const callback = oauth.validateAuthResponse(server, me, await decide(url.href, 'authorize'), state);
        const codeAnswer = await oauth.authorizationCodeGrantRequest(
          ...([server, me, authentication, callback, redirectUri, verifier, options] as const),
        );
        const tokens = await oauth.processAuthorizationCodeResponse(server, me, codeAnswer);
        remember(tokens.access_token, 'access token');
        const refreshAnswer = await oauth.refreshTokenGrantRequest(
          ...([
            server,
            me,
            authentication,
            remember(tokens.refresh_token, 'refresh token'),
            options,
          ] as const),
        );
        const renewed = await oauth.processRefreshTokenResponse(server, me, refreshAnswer);
        remember(renewed.access_token, 'access token');
        remember(renewed.refresh_token, 'refresh token');
        const resource = new URL(`${app.baseUrl}/job/demo/build`);
        const call = (token: string): Promise<Response> =>
          oauth.protectedResourceRequest(token, 'POST', resource, undefined, null, options);
        expect((await call(renewed.access_token)).status).to.equal(201);
        const asked = await oauth.introspectionRequest(
          server,
          me,
          authentication,
          renewed.access_token,
          options,
        );
        expect((await oauth.processIntrospectionResponse(server, me, asked)).active).to.equal(true);
        const revoked = await oauth.revocationRequest(
          ...([server, me, authentication, renewed.refresh_token ?? '', options] as const),
        );
        await oauth.processRevocationResponse(revoked);
        const refused: unknown = await call(renewed.access_token).catch((error: unknown) => error);
        if (!(refused instanceof oauth.WWWAuthenticateChallengeError))
          throw new Error('no challenge was found');
        expect(refused.cause[0]?.scheme).to.equal('bearer');
        expect(refused.cause[0]?.parameters.error).to.equal('invalid_token');
      });

      it('recognises who denies, and an answer of another issuer', async () => {
        const by = await register({});
        const issuer = new URL(app.baseUrl);
        const discovered = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...options });
        const server = await oauth.processDiscoveryResponse(issuer, discovered);
        const me: oauth.Client = { client_id: by.client.clientId };
        const denied = await decide(by.authorizeUrl({ state: 'state-1' }), 'cancel');
        expect(() => oauth.validateAuthResponse(server, me, denied, 'state-1')).to.throw(
          oauth.AuthorizationResponseError,
        );
        const other = { ...server, issuer: 'https://other.example.test' };
        const allowed = await decide(by.authorizeUrl({ state: 'state-2' }), 'authorize');
        expect(() => oauth.validateAuthResponse(other, me, allowed, 'state-2')).to.throw(/iss/);
        expect(oauth.validateAuthResponse(server, me, allowed, 'state-2')).to.be.instanceOf(URLSearchParams);
      });
    });
  });
}
