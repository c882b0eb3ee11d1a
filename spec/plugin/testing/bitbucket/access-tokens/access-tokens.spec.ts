import { expect } from 'chai';
import { basic, hostedRepository, tokenFor, type HostedRepository } from '../hosted-repository.js';

describe('C1 row 2: HTTP access tokens at the stand-in', () => {
  let hosted: HostedRepository;

  beforeEach(async () => {
    hosted = await hostedRepository();
  });
  afterEach(() => hosted.stop());

  const userOf = async (authorization: string) =>
    (await hosted.rest('GET', '/rest/api/1.0/projects', { authorization })).header('X-AUSERNAME');

  it('name their user, as Bearer and as the password of Basic', async () => {
    const token = tokenFor(hosted, 'ana', 'REPO_READ');
    expect(await userOf(`Bearer ${token}`)).to.equal('ana');
    expect(await userOf(basic('ana', token))).to.equal('ana');
    expect(await userOf(basic('x-token-auth', token))).to.equal('ana');
    expect(await userOf(basic('ben', token))).to.equal(undefined);
    expect(hosted.standIn.accessTokens.list()[0]!.uses).to.equal(3);
  });

  it('are good for nothing when they are over, revoked, or their user is gone or locked', async () => {
    const { accessTokens } = hosted.standIn;
    const brief = accessTokens.create({ user: 'ana', expiresAtMs: 1_800_000_010_000 });
    expect(await userOf(`Bearer ${brief.token}`)).to.equal('ana');
    hosted.pass(10);
    expect(await userOf(`Bearer ${brief.token}`)).to.equal(undefined);
    const revoked = accessTokens.create({ user: 'ana' });
    accessTokens.revoke(revoked.id);
    expect(await userOf(`Bearer ${revoked.token}`)).to.equal(undefined);
    const token = tokenFor(hosted, 'ben', 'REPO_READ');
    const ben = hosted.standIn.users.find(({ name }) => name === 'ben')!;
    ben.isLocked = true;
    expect(await userOf(`Bearer ${token}`)).to.equal(undefined);
    ben.isLocked = false;
    hosted.standIn.removeUser('ben');
    expect(await userOf(`Bearer ${token}`)).to.equal(undefined);
  });

  it("give no more than they name: an administrator's token for reading administers nothing", async () => {
    const create = async (permission: string) => {
      const authorization = `Bearer ${tokenFor(hosted, 'boss', permission)}`;
      return (await hosted.rest('POST', '/rest/api/1.0/projects', { authorization, json: { key: 'NEW' } }))
        .status;
    };
    expect(await create('PROJECT_ADMIN')).to.equal(401);
    expect(await create('ADMIN_WRITE')).to.equal(201);
  });

  it('are made for users and permissions that there are', () => {
    const { accessTokens } = hosted.standIn;
    expect(() => accessTokens.create({ user: 'eve' })).to.throw('no user eve');
    expect(() => accessTokens.create({ user: 'ana', permissions: ['WRITE'] })).to.throw('no permission');
  });
});
