import { expect } from 'chai';
import { dayMs } from '../../../../support/clock.js';
import { endpoints, outgoingPair, tokens, type OutgoingPair } from './outgoing-pair.js';

const thirtyDays = 30 * 24 * 3600;
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwt = (claims: object): string => `${part({ alg: 'HS256' })}.${part(claims)}.c2ln`;

describe('O6: rules for tokens', () => {
  let pair: OutgoingPair;
  beforeEach(async () => (pair = await outgoingPair()));
  afterEach(() => pair.stop());

  const answering = (members: object): void => {
    pair.remote.replies[endpoints.token] = tokens({ ...members });
  };
  /** What is stored, in seconds from now on. */
  async function lifetimes() {
    const nowMs = pair.clock.now();
    const token = await pair.authorized();
    const seconds = (ms: number): number => Math.round((ms - nowMs) / 1000);
    return {
      access: seconds(token.accessTokenExpiresAtMs),
      refresh: seconds(token.refreshTokenExpiresAtMs),
    };
  }

  it('30-day rule: without a refresh token, 29 days are refused and 31 days pass', async () => {
    answering({ refresh_token: undefined, expires_in: thirtyDays - 24 * 3600 });
    const { outcome, error } = await pair.test();
    expect(outcome).to.equal('error');
    expect(error).to.include('no refresh token').and.to.include('30 days');
    answering({ refresh_token: undefined, expires_in: thirtyDays + 24 * 3600 });
    expect(await pair.test()).to.include({ outcome: 'success' });
  });

  it('30-day rule: counts from after the exchange, so that exactly 30 days fail by the time it took', async () => {
    pair.remote.replies[endpoints.token] = () => {
      pair.clock.advance(5);
      return tokens({ refresh_token: undefined, expires_in: thirtyDays });
    };
    expect((await pair.test()).outcome).to.equal('error');
  });

  it('30-day rule: a token that never expires passes', async () => {
    for (const expires_in of [0, undefined]) {
      answering({ refresh_token: null, expires_in });
      expect(await pair.test()).to.include({ outcome: 'success' });
    }
  });

  it('30-day rule: Google and Microsoft always have to return a refresh token', async () => {
    answering({ refresh_token: undefined, expires_in: 365 * 24 * 3600 });
    for (const type of ['google', 'microsoft'] as const) {
      pair.client.edit(pair.id, { type });
      expect((await pair.test()).outcome).to.equal('error');
    }
  });

  it('storage rule: without a refresh token the test is green, but nothing can be kept', async () => {
    answering({ refresh_token: undefined, expires_in: 2 * thirtyDays });
    expect(await pair.test()).to.include({ outcome: 'success' });
    const { outcome, error, token } = await pair.client.authorize(pair.id, 'ana');
    expect({ outcome, token }).to.deep.equal({ outcome: 'error', token: undefined });
    expect(error).to.include('cannot be stored');
    expect(pair.client.tokens()).to.deep.equal([]);
  });

  it('expires_in 0, or none, is for ever: the token is never refreshed', async () => {
    for (const expires_in of [0, undefined]) {
      answering({ expires_in });
      const token = await pair.authorized();
      const before = pair.tokenRequests().length;
      pair.clock.advance(20 * 365 * dayMs);
      expect(await pair.client.useToken(token.id)).to.deep.equal({ outcome: 'used' });
      expect(pair.tokenRequests()).to.have.length(before);
    }
  });

  it('an access token is dated from before the request, a refresh token lives for 30 days', async () => {
    pair.remote.replies[endpoints.token] = () => {
      pair.clock.advance(10_000);
      return tokens({ expires_in: 100 });
    };
    const { access, refresh } = await lifetimes();
    expect(access).to.be.within(100, 101);
    expect(refresh).to.be.within(thirtyDays + 10, thirtyDays + 11);
  });

  it('the exp of a refresh token that is a JWT is believed', async () => {
    const exp = pair.clock.seconds() + 500;
    answering({ refresh_token: jwt({ id: 'x', exp }) });
    expect((await lifetimes()).refresh).to.be.within(499, 501);
    for (const refresh_token of [
      jwt({ id: 'x' }),
      jwt({ exp: String(exp) }),
      `a.${part({ exp })}.c`,
      `${part({})}.${part({ exp })}`,
    ]) {
      answering({ refresh_token });
      expect((await lifetimes()).refresh, refresh_token).to.be.within(thirtyDays - 1, thirtyDays + 1);
    }
  });
});
