import { expect } from 'chai';
import type { ClientToken } from '../../../../../plugin/testing/index.js';
import { dayMs } from '../../../../support/clock.js';
import type { Reply } from '../scripted-provider.js';
import { endpoints, outgoingPair, refusal, tokens, type OutgoingPair } from './outgoing-pair.js';

const dead = { outcome: 'recoverable', error: 'The refresh token is not valid.' };

describe('O7: use and refresh, row by row of 1.7', () => {
  let pair: OutgoingPair;
  let token: Readonly<ClientToken>;
  beforeEach(async () => {
    pair = await outgoingPair();
    token = await pair.authorized();
    pair.remote.received.length = 0;
  });
  afterEach(() => pair.stop());

  const answer = (reply: Reply): void => {
    pair.remote.replies[endpoints.token] = reply;
  };
  const use = (options = {}) => pair.client.useToken(token.id, options);
  const status = () => pair.client.token(token.id)?.status;
  const presented = (): (string | null)[] =>
    pair.tokenRequests().map(({ form }) => form.get('refresh_token'));

  it('when: every use refreshes with the default margin of 3650 days', async () => {
    answer(tokens({ expires_in: 3649 * 24 * 3600 }));
    await use();
    await use();
    expect(presented()).to.deep.equal(['rt-1', 'rt-1']);
  });

  it('when: with a smaller margin only what ends within it and 60 s more', async () => {
    await use({ marginSeconds: 0 });
    expect(presented()).to.deep.equal([]);
    pair.clock.advance((3600 - 61) * 1000);
    await use({ marginSeconds: 0 });
    expect(presented(), 'within 61 s').to.deep.equal([]);
    pair.clock.advance(2_000);
    await use({ marginSeconds: 0 });
    expect(presented(), 'within 59 s').to.deep.equal(['rt-1']);
  });

  it('how: a rejected access token is refreshed once more, and no third time', async () => {
    let used = 0;
    answer(tokens({ access_token: 'at-2' }));
    const isAccepted = (accessToken: string): boolean => {
      used += 1;
      return accessToken === 'at-2';
    };
    expect(await use({ marginSeconds: 0, isAccepted })).to.deep.equal({ outcome: 'used' });
    expect({ used, refreshes: presented().length }).to.deep.equal({ used: 2, refreshes: 1 });
    expect(await use({ isAccepted: () => false })).to.deep.equal({ outcome: 'rejected' });
    expect(presented()).to.have.length(3);
  });

  it('rotation: a returned refresh token replaces the old one, none keeps it, and its 30 days begin anew', async () => {
    answer(tokens({ refresh_token: 'rt-2' }));
    await use();
    pair.clock.advance(20 * dayMs);
    answer(tokens({ refresh_token: undefined }));
    await use();
    await use();
    expect(presented()).to.deep.equal(['rt-1', 'rt-2', 'rt-2']);
    const leftMs = (pair.client.token(token.id)?.refreshTokenExpiresAtMs ?? 0) - pair.clock.now();
    expect(leftMs).to.be.within(29.9 * dayMs, 30 * dayMs);
  });

  it('concurrency: one at a time within a node', async () => {
    let at = 1;
    pair.remote.replies[endpoints.token] = () => tokens({ refresh_token: `rt-${++at}` });
    await Promise.all([use(), use(), use()]);
    expect(presented()).to.deep.equal(['rt-1', 'rt-2', 'rt-3']);
  });

  it('concurrency: two nodes present the same refresh token within 100 ms', async () => {
    const arrivedMs: number[] = [];
    pair.remote.replies[endpoints.token] = () => {
      arrivedMs.push(Date.now());
      return tokens({ refresh_token: `rt-${arrivedMs.length + 1}` });
    };
    expect(await pair.client.useTokenOnNodes(token.id)).to.deep.equal([
      { outcome: 'used' },
      { outcome: 'used' },
    ]);
    expect(presented()).to.deep.equal(['rt-1', 'rt-1']);
    expect(Math.abs((arrivedMs[1] ?? 0) - (arrivedMs[0] ?? 0))).to.be.below(100);
  });

  it('order: a crash between the answer and storing it loses the rotated refresh token', async () => {
    answer(tokens({ refresh_token: 'rt-2' }));
    expect((await use({ crashes: true })).outcome).to.equal('crashed');
    expect(status()).to.equal('UNKNOWN');
    await use();
    await use();
    expect(presented()).to.deep.equal(['rt-1', 'rt-1', 'rt-2']);
  });

  it('order: an answer that cannot be parsed loses the rotated refresh token', async () => {
    answer(tokens({ refresh_token: 'rt-2', token_type: undefined }));
    expect((await use()).outcome).to.equal('recoverable');
    await use();
    expect(presented()).to.deep.equal(['rt-1', 'rt-1']);
  });

  it('consequence: a dead refresh token is presented 50 times', async () => {
    answer(refusal('The refresh token is not valid.'));
    for (let round = 0; round < 50; round += 1) expect(await use()).to.deep.equal(dead);
    expect(presented()).to.deep.equal(Array<string>(50).fill('rt-1'));
  });

  it('failure: invalid_grant, a 500 and no answer at all are the same', async () => {
    for (const fault of [refusal(), refusal('Down.', 500, 'server_error'), { status: 502, body: '<p>' }]) {
      answer(fault);
      expect((await use()).outcome).to.equal('recoverable');
    }
    pair.client.edit(pair.id, { tokenEndpoint: 'http://127.0.0.1:1/token' });
    expect((await use()).outcome).to.equal('recoverable');
    expect(status()).to.equal('RECOVERABLE');
  });

  it('statuses: UNKNOWN when new, VALID after use, RECOVERABLE after a failure, and back', async () => {
    expect(status()).to.equal('UNKNOWN');
    await use();
    expect(status()).to.equal('VALID');
    answer(refusal());
    await use();
    expect(status()).to.equal('RECOVERABLE');
    answer(tokens());
    await use({ isAccepted: () => false });
    expect(status(), 'recovered, but not used yet').to.equal('UNKNOWN');
    await use();
    expect(status()).to.equal('VALID');
  });

  it('7-day clock: failing for that long makes it UNRECOVERABLE, and then nothing is sent any more', async () => {
    answer(refusal('The refresh token is not valid.'));
    await use();
    pair.clock.advance(7 * dayMs - 60_000);
    expect(await use()).to.deep.equal(dead);
    pair.clock.advance(60_000);
    expect((await use()).outcome).to.equal('unrecoverable');
    expect(status()).to.equal('UNRECOVERABLE');
    const sent = presented().length;
    answer(tokens());
    expect((await use()).outcome).to.equal('unrecoverable');
    expect(presented()).to.have.length(sent);
  });

  it('7-day clock: a recovery in between starts it anew', async () => {
    answer(refusal());
    await use();
    pair.clock.advance(5 * dayMs);
    answer(tokens());
    await use();
    answer(refusal());
    await use();
    pair.clock.advance(5 * dayMs);
    expect((await use()).outcome).to.equal('recoverable');
  });

  it('30-day clock: a failure after the end of the refresh token is UNRECOVERABLE at once', async () => {
    answer(refusal());
    pair.clock.advance(30 * dayMs + 59_000);
    expect((await use()).outcome, 'within the skew').to.equal('recoverable');
    pair.clock.advance(2_000);
    expect((await use()).outcome).to.equal('unrecoverable');
  });

  it('30-day clock: but a refresh token that still works then is fine', async () => {
    pair.clock.advance(31 * dayMs);
    expect(await use()).to.deep.equal({ outcome: 'used' });
  });

  it('no refresh token: UNRECOVERABLE as soon as the access token is over for 60 s', async () => {
    pair.client.switches.storesWithoutRefreshToken = true;
    answer(tokens({ refresh_token: undefined, expires_in: 31 * 24 * 3600 }));
    const lone = await pair.authorized('ben');
    pair.remote.received.length = 0;
    pair.clock.advance(31 * dayMs + 59_000);
    expect(await pair.client.useToken(lone.id)).to.deep.equal({ outcome: 'used' });
    pair.clock.advance(2_000);
    expect((await pair.client.useToken(lone.id)).outcome).to.equal('unrecoverable');
    expect(presented()).to.deep.equal([]);
  });

  it('link deleted: the next refresh is UNRECOVERABLE, also when it goes while the token is in use', async () => {
    const isAccepted = (): boolean => {
      pair.client.remove(pair.id);
      return false;
    };
    expect((await use({ isAccepted })).outcome).to.equal('unrecoverable');
    expect((await use()).outcome).to.equal('unrecoverable');
    expect(presented()).to.deep.equal(['rt-1']);
  });

  it('pruning: tokens of which both are over, and those UNRECOVERABLE for more than 30 days', async () => {
    pair.clock.advance(29 * dayMs);
    expect(pair.client.prune(), 'the refresh token lives').to.equal(0);
    const far = pair.clock.seconds() + 365 * 24 * 3600;
    const claims = Buffer.from(JSON.stringify({ exp: far })).toString('base64url');
    answer(tokens({ refresh_token: `e30.${claims}.c2ln` }));
    const givenUp = await pair.authorized('ben');
    pair.clock.advance(2 * dayMs);
    expect(pair.client.prune()).to.equal(1);
    expect(pair.client.tokens().map(({ id }) => id)).to.deep.equal([givenUp.id]);

    answer(refusal());
    await pair.client.useToken(givenUp.id);
    pair.clock.advance(7 * dayMs);
    await pair.client.useToken(givenUp.id);
    expect(pair.client.token(givenUp.id)?.status).to.equal('UNRECOVERABLE');
    pair.clock.advance(30 * dayMs);
    expect(pair.client.prune()).to.equal(0);
    pair.clock.advance(1000);
    expect(pair.client.prune()).to.equal(1);
  });

  it('revocation: the provider is never asked for one', () => {
    pair.client.remove(pair.id);
    expect(pair.client.tokens()).to.deep.equal([]);
    expect(pair.remote.received).to.deep.equal([]);
  });
});
