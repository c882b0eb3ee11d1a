import { expect } from 'chai';
import { ask } from '../provider/calling-app.js';
import { oauth2App, redirectUri, refusal, type OAuth2App, type Tokens } from './oauth2-app.js';

const basic = (name: string, password: string) => ({
  Authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
});

describe('D9: revocation at the Data Center stand-in (oauth2.md 2.6)', () => {
  let app: OAuth2App;
  let tokens: Tokens;
  beforeEach(async () => {
    app = await oauth2App();
    tokens = await app.connect();
  });
  afterEach(() => app.stop());

  const isLive = (): boolean => app.provider.tokens().length > 0;

  for (const [what, changes, expected] of [
    ['no client id', { client_id: ' ' }, { status: 400, error: 'invalid_request' }],
    ['no secret', { client_secret: undefined }, { status: 400, error: 'invalid_request' }],
    ['a wrong secret', { client_secret: 'wrong' }, { status: 401, error: 'invalid_client' }],
    [
      'a wrong secret and no token',
      { client_secret: 'wrong', token: '' },
      { status: 401, error: 'invalid_client' },
    ],
    ['no token', { token: undefined }, { status: 400, error: 'invalid_request' }],
  ] as const) {
    it(`row 1: ${what}`, async () => {
      const answer = await app.revoke({ token: tokens.refreshToken, ...changes });
      expect(refusal(answer)).to.deep.equal(expected);
      expect(answer.challenge).to.equal(undefined);
      expect(isLive()).to.equal(true);
    });
  }

  for (const token of ['malformed', 'e30.e30.AA']) {
    it(`row 2: the token "${token}" is as good as revoked, whatever the hint`, async () => {
      expect(await app.revoke({ token, token_type_hint: 'nonsense' })).to.include({ status: 200, body: '' });
    });
  }

  it("row 2: another client's token stays", async () => {
    const other = app.provider.registerClient({
      name: 'Other',
      redirects: [redirectUri],
      scope: 'REPO_READ',
    });
    const theirs = { client_id: other.clientId, client_secret: other.clientSecret };
    expect((await app.revoke({ token: tokens.refreshToken, ...theirs })).status).to.equal(200);
    expect(isLive()).to.equal(true);
  });

  it('row 3: an unknown hint is refused with a key that nobody translated', async () => {
    const answer = await app.revoke({ token: tokens.refreshToken, token_type_hint: 'id_token' });
    expect(refusal(answer)).to.deep.equal({ status: 400, error: 'unsupported_token_type' });
    expect(answer.body).to.match(/"error_description":"[a-z0-9.]+"/);
  });

  it('row 4: a wrong hint is 200 and nothing happens', async () => {
    const answers = [
      await app.revoke({ token: tokens.refreshToken, token_type_hint: 'access_token' }),
      await app.revoke({ token: tokens.accessToken, token_type_hint: 'refresh_token' }),
    ];
    expect(answers.map(({ status }) => status)).to.deep.equal([200, 200]);
    expect(isLive()).to.equal(true);
  });

  for (const [kind, hint] of [
    ['accessToken', undefined],
    ['accessToken', 'access_token'],
    ['refreshToken', undefined],
    ['refreshToken', 'refresh_token'],
  ] as const) {
    it(`row 5: the ${kind} with ${hint ?? 'no'} hint takes both of the pair`, async () => {
      expect((await app.revoke({ token: tokens[kind], token_type_hint: hint })).status).to.equal(200);
      expect(isLive()).to.equal(false);
      expect(refusal(await app.refresh(tokens.refreshToken)).error).to.equal('invalid_grant');
    });
  }

  it('knows no Basic header here either', async () => {
    const { clientId, clientSecret } = app.client;
    const answer = await app.revoke({ token: tokens.refreshToken }, basic(clientId, clientSecret));
    expect(answer.status).to.equal(401);
    expect(isLive()).to.equal(true);
  });

  describe('by the stored id (2.1)', () => {
    const revokeAs = async (headers: Record<string, string>): Promise<number> => {
      const id = app.provider.tokens()[0]!.accessId;
      return (await ask('POST', `${app.provider.endpoints().revoke}/${id}`, headers)).status;
    };

    it('the owner may', async () => {
      expect(await revokeAs(basic('ana', 'ana'))).to.equal(200);
      expect(isLive()).to.equal(false);
    });

    it('a system administrator may', async () => {
      expect(await revokeAs(basic('admin', 'sysadmin'))).to.equal(200);
    });

    it('nobody else may', async () => {
      expect(await revokeAs(basic('ben', 'ben'))).to.equal(404);
      expect(await revokeAs(basic('boss', 'boss'))).to.equal(404);
      expect(await revokeAs({})).to.equal(401);
      expect(isLive()).to.equal(true);
    });
  });
});
