/** The stand-in as an OAuth 2.0 provider against a client that other people wrote, as strict as it can be. */
import { expect } from 'chai';
import * as oauth from 'oauth4webapi';
import { rememberSecret } from '../../../../support/secrets.js';
import { locationOf, oauth2App, projects, redirectUri, type OAuth2App } from './oauth2-app.js';

/** Loopback has no TLS; everything else is at its strictest. */
const options = { [oauth.allowInsecureRequests]: true };

describe('oauth4webapi as the client of the Data Center stand-in', () => {
  let app: OAuth2App;
  let server: oauth.AuthorizationServer;
  let client: oauth.Client;
  let authentication: oauth.ClientAuth;
  beforeEach(async () => {
    app = await oauth2App({ contextPath: '/bitbucket' });
    const metadata = await fetch(app.provider.endpoints().metadata);
    server = await oauth.processDiscoveryResponse(new URL(app.standIn.url), metadata);
    client = { client_id: app.client.clientId };
    authentication = oauth.ClientSecretPost(app.client.clientSecret);
  });
  afterEach(() => app.stop());

  /** The callback of a consent with PKCE, checked as the library does. */
  const consent = async (verifier: string, user: string): Promise<URLSearchParams> => {
    const state = oauth.generateRandomState();
    const url = new URL(server.authorization_endpoint!);
    url.search = new URLSearchParams({
      client_id: client.client_id,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: 'REPO_READ',
      state,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    }).toString();
    const browser = await app.browserOf(user);
    const page = await browser.get(locationOf(await browser.get(url.href)).href);
    const callback = locationOf(await browser.submit(page, { button: 'Allow' }));
    return oauth.validateAuthResponse(server, client, callback, state);
  };

  const swap = async (callback: URLSearchParams, verifier: string): Promise<oauth.TokenEndpointResponse> =>
    oauth.processAuthorizationCodeResponse(
      server,
      client,
      await oauth.authorizationCodeGrantRequest(
        server,
        client,
        authentication,
        callback,
        redirectUri,
        verifier,
        options,
      ),
    );

  const remembered = ({ access_token, refresh_token }: oauth.TokenEndpointResponse) => ({
    accessToken: rememberSecret(access_token, 'access token'),
    refreshToken: rememberSecret(refresh_token!, 'access token'),
  });

  const userOf = async (token: string): Promise<string | null> =>
    (
      await oauth.protectedResourceRequest(
        token,
        'GET',
        new URL(app.standIn.url + projects),
        undefined,
        undefined,
        options,
      )
    ).headers.get('X-AUSERNAME');

  it('completes code flow with PKCE, a call, a refresh and a revocation', async () => {
    const verifier = oauth.generateRandomCodeVerifier();
    const answer = await swap(await consent(verifier, 'ana'), verifier);
    expect(answer).to.include({ token_type: 'bearer', expires_in: 3600, scope: 'REPO_READ' });
    const first = remembered(answer);
    expect(await userOf(first.accessToken)).to.equal('ana');

    const second = remembered(
      await oauth.processRefreshTokenResponse(
        server,
        client,
        await oauth.refreshTokenGrantRequest(server, client, authentication, first.refreshToken, options),
      ),
    );
    expect(await userOf(second.accessToken)).to.equal('ana');
    expect(await userOf(first.accessToken)).to.equal(null);

    await oauth.processRevocationResponse(
      await oauth.revocationRequest(server, client, authentication, second.refreshToken, options),
    );
    expect(await userOf(second.accessToken)).to.equal(null);
    expect(app.provider.tokens()).to.be.empty;
  });

  it('is told why it was refused', async () => {
    const verifier = oauth.generateRandomCodeVerifier();
    const callback = await consent(verifier, 'ana');
    const other = oauth.generateRandomCodeVerifier();
    const failure = await swap(callback, other).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(oauth.ResponseBodyError);
    expect(failure).to.include({ error: 'invalid_grant', status: 400 });
    authentication = oauth.ClientSecretPost('wrong');
    const unauthorised = await swap(callback, verifier).catch((error: unknown) => error);
    expect(unauthorised).to.include({ error: 'invalid_client', status: 401 });
  });

  it('cannot authenticate by Basic', async () => {
    const verifier = oauth.generateRandomCodeVerifier();
    const callback = await consent(verifier, 'ana');
    authentication = oauth.ClientSecretBasic(app.client.clientSecret);
    const failure = await swap(callback, verifier).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(oauth.OperationProcessingError);
  });

  it('takes the document of another issuer for what it is', async () => {
    app.provider.switches.metadata = 'other-issuer';
    const metadata = await fetch(app.provider.endpoints().metadata);
    const failure = await oauth
      .processDiscoveryResponse(new URL(app.standIn.url), metadata)
      .catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(oauth.OperationProcessingError);
  });
});
