/** What happens to a peer that we let in by OAuth 2.0 in the life of a link, with Bitbucket's stand-in as the client (5.4). */
import { expect } from 'chai';
import type { RequestHandler } from 'express';
import { minuteMs } from '../../support/clock.js';
import { startLettingPair, type LettingPair } from '../../support/oauth2-pair.js';
import { rememberSecret } from '../../support/secrets.js';
import { browserOf } from '../../support/consent.js';

const all = { limit: 10, offset: 0 };

describe('A peer that is let in by OAuth 2.0, in the life of a link', () => {
  let pair: LettingPair;
  let isDown: boolean;
  const first: RequestHandler = (req, res, next) => {
    if (isDown && req.path.endsWith('/oauth2/token')) res.status(503).type('html').send('<h1>Down</h1>');
    else next();
  };
  beforeEach(async () => {
    isDown = false;
    pair = await startLettingPair({ first });
  });
  afterEach(() => pair.close());

  const client = () => pair.bitbucket.oauth2Client;
  const test = (passage = pair.passage()) => client().testConnection(pair.configId, { through: passage });
  const authorise = async (): Promise<string> => {
    const { token, error } = await client().authorize(pair.configId, 'ana', pair.passage());
    if (!token) throw new Error(`not authorised: ${error ?? 'lost'}`);
    return token.id;
  };
  /** Uses it, and returns who we say it is. */
  const use = async (tokenId: string): Promise<{ outcome: string; caller: string | undefined }> => {
    let caller: string | undefined;
    const { outcome } = await client().useToken(tokenId, {
      isAccepted: async (token) => {
        caller = await pair.whois(token);
        return true;
      },
    });
    return { outcome, caller };
  };
  const works = { outcome: 'used', caller: '{"link":"Bitbucket","user":"ana"}' };
  const panel = async (): Promise<string> => {
    const admin = await browserOf(pair.app.baseUrl, 'admin');
    return (await admin.get(`${pair.app.baseUrl}/applinks/admin/links/${pair.linkId}/oauth2`)).text;
  };

  it('login in the middle, consent, and the test is green; the guide shows each stage', async () => {
    expect((await test()).outcome).to.equal('success');
    const page = await panel();
    for (const stage of ['A user was logged in', 'The user allowed it', 'Tokens were issued'])
      expect(page).to.include(stage);
  });

  it('deny: both sides are told', async () => {
    const { outcome, error } = await test(pair.passage('cancel'));
    expect(outcome).to.equal('error');
    expect(error).to.include('The user denied the request.');
    expect(await panel()).to.include('The user did not allow it');
    expect((await test()).outcome).to.equal('success');
  });

  it('two tabs: a consent in each, and both tokens count', async () => {
    const [one, other] = await Promise.all([authorise(), authorise()]);
    expect(await use(one)).to.deep.equal(works);
    expect(await use(other)).to.deep.equal(works);
  });

  it('wrong secret, then corrected: the peer shows our sentence', async () => {
    client().edit(pair.configId, { clientSecret: rememberSecret('0'.repeat(64), 'consumer secret') });
    const { outcome, error } = await test();
    expect(outcome).to.equal('error');
    expect(error).to.match(/secret/i);
    expect(await panel()).to.include('No tokens were issued');
    client().edit(pair.configId, { clientSecret: pair.secret });
    expect((await test()).outcome).to.equal('success');
  });

  it('secret rotated while in use: the former one for the overlap, then the new one', async () => {
    const tokenId = await authorise();
    const path = `/links/${pair.linkId}/clients/${pair.clientUuid}/secret`;
    const rotated = await pair.ask('POST', path, { overlapMs: 60 * minuteMs });
    const { secrets } = rotated.json as { secrets: Record<string, string> };
    const secret = rememberSecret(secrets[pair.clientUuid]!, 'consumer secret');
    expect(await use(tokenId)).to.deep.equal(works);
    pair.clock.advance(61 * minuteMs);
    expect((await use(tokenId)).outcome).to.equal('recoverable');
    client().edit(pair.configId, { clientSecret: secret });
    expect(await use(tokenId)).to.deep.equal(works);
  });

  it('provider down during a refresh: the peer comes back with the same token', async () => {
    const tokenId = await authorise();
    isDown = true;
    expect((await use(tokenId)).outcome).to.equal('recoverable');
    isDown = false;
    expect(await use(tokenId)).to.deep.equal(works);
  });

  it('user takes it back here: the peer cannot go on', async () => {
    const tokenId = await authorise();
    const [token] = await pair.app.applinks.tokens.list({ userId: 'id-ana' }, all);
    await pair.app.applinks.tokens.revoke({ id: token!.id });
    expect((await use(tokenId)).outcome).to.equal('recoverable');
  });

  it('administrator deletes the link there: it stays listed here until somebody takes it back', async () => {
    await authorise();
    client().remove(pair.configId);
    expect(await pair.app.applinks.tokens.list({ linkId: pair.linkId }, all)).to.have.length(1);
    await pair.app.applinks.links.remove(pair.linkId);
    expect(await pair.app.applinks.tokens.list({}, all)).to.deep.equal([]);
  });

  it('administrator deletes the link here: refresh and consent are refused', async () => {
    const tokenId = await authorise();
    await pair.app.applinks.links.remove(pair.linkId);
    expect((await use(tokenId)).outcome).to.equal('recoverable');
    const { outcome, page } = await client().testConnection(pair.configId, {
      through: (arrived) => Promise.resolve(arrived),
    });
    expect(outcome).to.equal('lost');
    expect(page.text).to.include('No application with this client_id');
  });
});
