import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { ask } from '../provider/calling-app.js';
import { form, json, oauth2App, redirectUri, refusal, type OAuth2App } from './oauth2-app.js';

const basic = (name: string, password: string) => ({
  Authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
});

describe('token endpoint of the Data Center stand-in (oauth2.md 2.5)', () => {
  let app: OAuth2App;
  beforeEach(async () => {
    app = await oauth2App();
  });
  afterEach(() => app.stop());

  describe('D5: what it reads', () => {
    it('takes credentials from the body only: a Basic header is 401, and costs nothing', async () => {
      const code = await app.code();
      const { clientId, clientSecret } = app.client;
      const fields = { grant_type: 'authorization_code', code, redirect_uri: redirectUri };
      for (const more of [{ client_secret: undefined }, {}]) {
        const answer = await app.token({ ...fields, ...more }, basic(clientId, clientSecret));
        expect(answer.status).to.equal(401);
      }
      expect((await app.exchange(code)).status).to.equal(200);
    });

    it('reads no scope in either grant', async () => {
      const answer = await app.exchange(await app.code(), { scope: 'SYSTEM_ADMIN nonsense' });
      expect(json(answer).scope).to.equal('REPO_READ');
      const again = await app.refresh(json(answer).refresh_token as string, { scope: 'PUBLIC_REPOS' });
      expect(json(again).scope).to.equal('REPO_READ');
    });

    it('reads no query', async () => {
      const query = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'x' }).toString();
      const answer = await ask('POST', `${app.provider.endpoints().token}?${query}`, form, 'a=b');
      expect(refusal(answer)).to.deep.equal({ status: 400, error: 'invalid_request' });
    });

    it('reads forms only, and by POST', async () => {
      const { token } = app.provider.endpoints();
      const type = { 'Content-Type': 'application/json' };
      expect((await ask('POST', token, type, '{}')).status).to.equal(415);
      expect((await ask('GET', token)).status).to.equal(404);
    });
  });

  describe('D6: refusals', () => {
    it('an unknown code is invalid_request, not invalid_grant', async () => {
      const answer = await app.exchange('0'.repeat(32));
      expect(refusal(answer)).to.deep.equal({ status: 400, error: 'invalid_request' });
    });

    it('another redirect URI than that of the request is invalid_grant', async () => {
      const answer = await app.exchange(await app.code(), { redirect_uri: 'http://ci.example.test/' });
      expect(refusal(answer)).to.deep.equal({ status: 400, error: 'invalid_grant' });
    });

    it('a redirect URI that is registered no longer is 401', async () => {
      const code = await app.code();
      app.provider.editRedirects(app.client.clientId, ['https://ci.example.test/new']);
      const answer = await app.exchange(code);
      expect(refusal(answer)).to.deep.equal({ status: 401, error: 'invalid_client' });
    });

    it('a wrong secret is 401 without WWW-Authenticate', async () => {
      const code = await app.code();
      for (const client_secret of ['wrong', undefined]) {
        const answer = await app.exchange(code, { client_secret });
        expect(refusal(answer)).to.deep.equal({ status: 401, error: 'invalid_client' });
        expect(answer.challenge).to.equal(undefined);
      }
    });

    for (const refreshToken of ['opaque', 'a.b.c', '..', `e30.e30.`]) {
      it(`the refresh token "${refreshToken}" is 500 in the other error shape`, async () => {
        const answer = await app.refresh(refreshToken);
        expect(answer.status).to.equal(500);
        expect(json(answer)).to.have.all.keys('errors', 'fieldErrors');
        expect(json(answer).errors).to.have.lengthOf(1);
      });
    }

    it('a refresh token with a fourth part is no JWT either', async () => {
      const { refreshToken } = await app.connect();
      expect((await app.refresh(`${refreshToken}.x`)).status).to.equal(500);
      expect((await app.refresh(refreshToken)).status).to.equal(200);
    });

    it('says so in JSON that nobody stores', async () => {
      const answer = await app.exchange('x');
      expect(answer.header('Content-Type')).to.match(/^application\/json/);
      expect(answer.header('Cache-Control')).to.equal('no-store');
      expect(json(answer)).to.have.all.keys('error', 'error_description');
    });
  });

  describe('D7: success', () => {
    it('has exactly five members, the type in lower case', async () => {
      const answer = await app.exchange(await app.code());
      expect(answer.status).to.equal(200);
      expect(answer.header('Cache-Control')).to.equal('no-store');
      expect(answer.header('Content-Type')).to.match(/^application\/json/);
      expect(json(answer)).to.have.all.keys(
        'access_token',
        'refresh_token',
        'token_type',
        'expires_in',
        'scope',
      );
      expect(json(answer)).to.include({ token_type: 'bearer', expires_in: 3600, scope: 'REPO_READ' });
    });

    it('gives HS256 JWTs whose only claim is an id', async () => {
      const { access_token, refresh_token } = json(await app.exchange(await app.code()));
      const part = (token: unknown, at: number): unknown =>
        JSON.parse(Buffer.from((token as string).split('.')[at]!, 'base64url').toString());
      for (const token of [access_token, refresh_token]) {
        expect(part(token, 0)).to.include({ alg: 'HS256' });
        expect(part(token, 1)).to.have.all.keys('id');
        expect((part(token, 1) as { id: string }).id).to.match(/^[0-9a-f]{32}$/);
        expect((token as string).length).to.be.within(100, 130);
      }
      expect(access_token).not.to.equal(refresh_token);
    });

    for (const seconds of [1, 3600]) {
      it(`says expires_in ${seconds} when told so, and means it`, async () => {
        app.provider.switches.accessTokenExpirationSeconds = seconds;
        const answer = json(await app.exchange(await app.code()));
        expect(answer.expires_in).to.equal(seconds);
        const who = async () =>
          (await app.call('/', { token: answer.access_token as string })).header('X-AUSERNAME');
        app.pass(seconds - 0.5);
        expect(await who()).to.equal('ana');
        app.pass(1);
        expect(await who()).to.equal(undefined);
      });
    }

    it('sorts the scope and adds nothing to it', async () => {
      app.provider.editClient(app.client.clientId, { scope: 'ADMIN_WRITE' });
      const code = await app.code('ana', { scope: 'REPO_ADMIN ACCOUNT_WRITE' });
      expect(json(await app.exchange(code)).scope).to.equal('ACCOUNT_WRITE REPO_ADMIN');
    });

    it('has created_at only when told so', async () => {
      app.provider.switches.emitsCreatedAt = true;
      expect(json(await app.exchange(await app.code())).created_at).to.equal(1_800_000_000);
    });
  });

  describe('table 2.5, authorization_code', () => {
    it('row 1: no grant type, or an unknown one', async () => {
      expect(refusal(await app.token({}))).to.deep.equal({ status: 400, error: 'invalid_request' });
      const unknown = await app.token({ grant_type: 'client_credentials' });
      expect(refusal(unknown)).to.deep.equal({ status: 400, error: 'unsupported_grant_type' });
    });

    for (const name of ['code', 'redirect_uri', 'client_id']) {
      it(`row 2: without ${name}`, async () => {
        const answer = await app.exchange(await app.code(), { [name]: undefined });
        expect(refusal(answer)).to.deep.equal({ status: 400, error: 'invalid_request' });
      });
    }

    it('row 3: a lock that is not obtained is 500, and the code survives', async () => {
      const code = await app.code();
      app.provider.switches.isLocked = true;
      const answer = await app.exchange(code);
      expect(answer.status).to.equal(500);
      expect(json(answer)).to.have.all.keys('errors', 'fieldErrors');
      app.provider.switches.isLocked = false;
      expect((await app.exchange(code)).status).to.equal(200);
    });

    it('row 8: the code of another client', async () => {
      const { clientId, clientSecret } = app.provider.registerClient({
        name: 'Other',
        redirects: [redirectUri],
        scope: 'REPO_READ',
      });
      const theirs = { client_id: clientId, client_secret: clientSecret };
      const answer = await app.exchange(await app.code(), theirs);
      expect(refusal(answer)).to.deep.equal({ status: 400, error: 'invalid_grant' });
    });

    describe('row 9: PKCE', () => {
      const verifier = 'v'.repeat(43);
      const hashed = createHash('sha256').update(verifier).digest('base64url');

      for (const [what, code_verifier] of [
        ['missing', undefined],
        ['wrong', 'w'.repeat(43)],
        ['malformed', 'v'.repeat(42)],
      ] as const) {
        it(`a verifier that is ${what}`, async () => {
          const code = await app.code('ana', { code_challenge: hashed, code_challenge_method: 'S256' });
          const answer = await app.exchange(code, { code_verifier });
          expect(refusal(answer)).to.deep.equal({ status: 400, error: 'invalid_grant' });
        });
      }

      it('a verifier that matches but is too short', async () => {
        const code_challenge = createHash('sha256').update('short').digest('base64url');
        const code = await app.code('ana', { code_challenge, code_challenge_method: 'S256' });
        const answer = await app.exchange(code, { code_verifier: 'short' });
        expect(refusal(answer)).to.deep.equal({ status: 400, error: 'invalid_grant' });
      });

      it('the right one, by either method', async () => {
        const hashing = { code_challenge: hashed, code_challenge_method: 'S256' };
        for (const changes of [hashing, { code_challenge: verifier }]) {
          const code = await app.code('ana', changes);
          expect((await app.exchange(code, { code_verifier: verifier })).status).to.equal(200);
        }
      });

      it('is ignored for a code without a challenge', async () => {
        const answer = await app.exchange(await app.code(), { code_verifier: 'anything' });
        expect(answer.status).to.equal(200);
      });
    });

    it('row 11: a user who is gone is 500', async () => {
      const code = await app.code('ben');
      app.standIn.removeUser('ben');
      const answer = await app.exchange(code);
      expect(answer.status).to.equal(500);
      expect(json(answer)).to.have.all.keys('errors', 'fieldErrors');
    });
  });
});
