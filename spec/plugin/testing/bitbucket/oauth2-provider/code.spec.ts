import { expect } from 'chai';
import { oauth2App, refusal, tokensOf, type OAuth2App } from './oauth2-app.js';

describe('D4: codes of the Data Center stand-in (oauth2.md 2.4)', () => {
  let app: OAuth2App;
  beforeEach(async () => {
    app = await oauth2App();
  });
  afterEach(() => app.stop());

  it('are 32 hex characters, another one each time', async () => {
    const codes = [await app.code(), await app.code()];
    for (const code of codes) expect(code).to.match(/^[0-9a-f]{32}$/);
    expect(new Set(codes).size).to.equal(2);
  });

  for (const seconds of [10, 60]) {
    it(`live ${seconds} seconds when told so, after which they are unknown`, async () => {
      app.provider.switches.maxClientDelaySeconds = seconds;
      const [good, late] = [await app.code(), await app.code()];
      app.pass(seconds);
      expect((await app.exchange(good)).status).to.equal(200);
      app.pass(1);
      expect(refusal(await app.exchange(late))).to.deep.equal({ status: 400, error: 'invalid_request' });
    });
  }

  it('survive a failed exchange', async () => {
    const challenge = 'a'.repeat(43);
    const code = await app.code('ana', { code_challenge: challenge });
    const wrong = { code_verifier: 'b'.repeat(43) };
    expect(refusal(await app.exchange(code, wrong)).error).to.equal('invalid_grant');
    const unauthenticated = { code_verifier: challenge, client_secret: 'wrong' };
    expect(refusal(await app.exchange(code, unauthenticated)).error).to.equal('invalid_client');
    expect((await app.exchange(code, { code_verifier: challenge })).status).to.equal(200);
  });

  for (const [what, client_secret] of [
    ['the right secret', undefined],
    ['a wrong secret', 'wrong'],
  ] as const) {
    it(`redeemed twice kill the tokens, also refreshed ones: ${what}`, async () => {
      const code = await app.code();
      const first = tokensOf(await app.exchange(code));
      const second = tokensOf(await app.refresh(first.refreshToken));
      const again = await app.exchange(code, client_secret === undefined ? {} : { client_secret });
      expect(refusal(again)).to.deep.equal({ status: 400, error: 'invalid_grant' });
      expect(refusal(await app.refresh(second.refreshToken)).error).to.equal('invalid_grant');
      expect(app.provider.tokens()).to.be.empty;
    });
  }

  it('redeemed twice leave the tokens of another code alone', async () => {
    const [one, other] = [await app.code(), await app.code()];
    await app.exchange(one);
    const kept = tokensOf(await app.exchange(other));
    await app.exchange(one);
    expect((await app.refresh(kept.refreshToken)).status).to.equal(200);
  });
});
