/** Our client at the token endpoint, row by row of oauth2.md part 7. */
import { expect } from 'chai';
import { CredentialsRequired, PeerRefused, PeerUnreachable } from 'express-applinks';
import { minuteMs } from '../../support/clock.js';
import { startKitApp } from '../../support/kit-app.js';
import { json, type Fault } from '../../support/oauth2-provider.js';
import { rejection, startOAuth2Link, type OAuth2Link } from '../../support/oauth2-link.js';

const projects = '/rest/api/1.0/projects';
const hourMs = 60 * minuteMs;
const tokenPath = /\/token$/;

describe('OAuth 2.0 client, at the token endpoint', () => {
  let link: OAuth2Link;
  beforeEach(async () => {
    link = await startOAuth2Link();
  });
  afterEach(() => link.close());

  const call = (app = link.app) => app.applinks.client(link.linkId).as('id-ana')(projects);
  const seen = async (): Promise<unknown> => ((await (await call()).json()) as { seen: string }).seen;
  const refreshes = () =>
    link.provider.requests('/token').filter(({ fields }) => fields.grant_type === 'refresh_token');
  const grants = () => link.app.store.grants.list({}, { limit: 9, offset: 0 });
  const refusing =
    (status: number, body: object): Fault =>
    (res) =>
      json(res, status, body);
  /** The provider has done its work, and nobody hears of it. */
  const losingTheAnswer: Fault = (res, request) => {
    const old = link.provider.pairs.get(request.fields.refresh_token ?? '');
    if (old) link.provider.pairs.delete(old.refreshToken);
    res.destroy();
  };
  const named = (change: object): string =>
    Object.entries(change)
      .map(([name, value]) => `${name} ${String(value).slice(0, 20) || 'empty'}`)
      .join();

  describe('row 8: the exchange', () => {
    for (const [what, fault] of [
      ['a refusal', refusing(400, { error: 'invalid_request' })],
      ['a failure', refusing(503, {})],
      ['a lost answer', losingTheAnswer],
    ] as const) {
      it(`is made once: ${what} is not tried again`, async () => {
        link.provider.fail(tokenPath, fault, false);
        expect((await link.connect()).status).to.be.within(400, 502);
        expect(link.provider.requests('/token')).to.have.length(1);
        expect(await grants()).to.deep.equal([]);
      });
    }

    it('whose answer is lost ends on a page that says to connect again', async () => {
      link.provider.fail(tokenPath, losingTheAnswer);
      const page = await link.connect();
      expect(page.text).to.include('The peer did not connect your account').and.include('connect it again');
    });
  });

  it('row 9: credentials in the body, neither in the URL nor as Basic', async () => {
    await link.connect();
    const [request] = link.provider.requests('/token');
    expect(request!.fields).to.include({
      client_id: link.provider.clientId,
      client_secret: link.provider.clientSecret,
    });
    expect(request!.headers).not.to.have.property('authorization');
    expect(request!.query.size).to.equal(0);
  });

  describe('row 10: request hygiene', () => {
    it('asks for JSON', async () => {
      await link.connect();
      expect(link.provider.requests('/token')[0]!.headers.accept).to.equal('application/json');
    });
    it('follows no redirect of the token endpoint, and names where it points', async () => {
      link.provider.fail(tokenPath, (res) => {
        res.writeHead(302, { location: 'https://evil.example/token?x=secret' }).end();
      });
      const page = await link.connect();
      expect(page.status).to.equal(502);
      expect(page.text).to.include('https://evil.example/token').and.not.include('x=secret');
    });
  });

  describe('row 11: answers that are none', () => {
    const answers: [string, Fault, RegExp][] = [
      [
        'HTML',
        (res) => void res.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Proxy</h1>'),
        /no OAuth 2.0 token endpoint/,
      ],
      ['a list', (res) => json(res, 200, []), /no object/],
      [
        'cut JSON',
        (res) => void res.writeHead(200, { 'content-type': 'application/json' }).end('{"access_t'),
        /cut or broken/,
      ],
      [
        'prototype keys',
        (res) =>
          void res
            .writeHead(200, { 'content-type': 'application/json' })
            .end('{"__proto__":{"access_token":"abcdefgh","token_type":"bearer"}}'),
        /usable access_token/,
      ],
      [
        '65 KiB',
        (res) => json(res, 200, { access_token: 'x', token_type: 'bearer', more: 'x'.repeat(65 * 1024) }),
        /large|bytes|long/,
      ],
    ];
    for (const [what, fault, said] of answers) {
      it(what, async () => {
        link.provider.fail(tokenPath, fault);
        const page = await link.connect();
        expect(page.status).to.equal(502);
        expect(page.text).to.match(said);
        expect(await grants()).to.deep.equal([]);
      });
    }
  });

  describe('row 12: success', () => {
    const connectedWith = async (change: object): Promise<boolean> => {
      link.provider.alter = (answer) => ({ ...answer, ...change });
      return (await link.connect()).status === 200;
    };
    for (const change of [
      { token_type: 'Bearer' },
      { token_type: 'BEARER' },
      { expires_in: '3600' },
      { expires_in: undefined },
      { refresh_token: undefined },
      { scope: undefined },
      { created_at: 1 },
      { expires_in: 10 ** 12 },
    ])
      it(`takes ${named(change)}`, async () => {
        expect(await connectedWith(change)).to.equal(true);
        const [grant] = await grants();
        expect(grant!.expiresAtMs).to.be.at.most(link.clock.now() + 366 * 24 * hourMs);
      });
    for (const change of [
      { token_type: 'mac' },
      { token_type: undefined },
      { expires_in: 0 },
      { expires_in: -1 },
      { expires_in: 'soon' },
      { expires_in: 1.5 },
      { access_token: '' },
      { access_token: 'two words' },
      { access_token: 'x'.repeat(8193) },
      { access_token: undefined },
      { refresh_token: 7 },
      { scope: ['a'] },
    ])
      it(`refuses ${named(change)}`, async () => {
        expect(await connectedWith(change)).to.equal(false);
        expect(await grants()).to.deep.equal([]);
      });
    it('refuses 201', async () => {
      link.provider.fail(tokenPath, (res) => json(res, 201, { access_token: 'x', token_type: 'bearer' }));
      expect((await link.connect()).status).to.equal(502);
    });
  });

  it('row 14: renews when a minute and a half or less remains, not before', async () => {
    await link.connect();
    link.clock.advance(hourMs - 95_000);
    await call();
    expect(refreshes()).to.have.length(0);
    link.clock.advance(40_000);
    expect(await seen()).to.equal('ben');
    expect(refreshes()).to.have.length(1);
    await call();
    expect(refreshes()).to.have.length(1);
  });

  it('row 14: counts from before the request, however long the answer takes', async () => {
    const askedAtMs = link.clock.now();
    link.provider.alter = (answer) => {
      link.clock.advance(10 * minuteMs);
      return answer;
    };
    await link.connect();
    const [grant] = await grants();
    expect(grant!.expiresAtMs! - askedAtMs).to.be.within(hourMs, hourMs + minuteMs);
  });

  it('row 15: of several processes at once one renews, and nobody is logged out', async () => {
    await link.connect();
    const { store, host, encryptionKey } = link.app;
    const second = await startKitApp({ store, host, encryptionKey, options: { clock: link.clock.now } });
    try {
      link.clock.advance(hourMs);
      const apps = [link.app, second, link.app, second, second];
      const answers = await Promise.all(apps.map(async (app) => (await call(app)).json()));
      for (const answer of answers) expect(answer).to.include({ seen: 'ben' });
      expect(refreshes()).to.have.length(1);
    } finally {
      await second.close();
    }
  });

  it('row 16: the new pair is stored before it is used, and a write that fails is tried again', async () => {
    await link.connect();
    link.clock.advance(hourMs);
    const { grants: store } = link.app.store;
    const update = store.update.bind(store);
    let failures = 0;
    store.update = async (grant) => {
      if (failures++ < 2) throw new Error('the database is away');
      return update(grant);
    };
    expect(await seen()).to.equal('ben');
    expect(failures).to.equal(3);
    const [grant] = await grants();
    expect(grant!.sealedDocument).to.match(/^v1\./);
    store.update = update;
    link.clock.advance(hourMs);
    expect(await seen()).to.equal('ben');
  });

  it('row 16: what is called with has been stored before', async () => {
    await link.connect();
    link.clock.advance(hourMs);
    let revision: number | undefined;
    link.provider.fail(/projects/, async (res) => {
      revision = (await grants())[0]!.revision;
      json(res, 404, {});
    });
    await call();
    expect(refreshes()).to.have.length(1);
    expect(revision).to.equal(1);
  });

  it('row 16: a write that fails for good raises an alarm', async () => {
    await link.connect();
    link.clock.advance(hourMs);
    const problems: string[] = [];
    link.app.applinks.on('connection.failed', ({ problem }) => problems.push(problem));
    link.app.store.grants.update = () => Promise.reject(new Error('the database is gone'));
    expect(await rejection(call())).to.have.property('message', 'the database is gone');
    expect(problems).to.include('renewal_not_stored');
    expect(link.provider.requests(projects), 'nothing is called with it').to.deep.equal([]);
  });

  it('row 17: a refresh without a new refresh token keeps the old one', async () => {
    await link.connect();
    const [old] = [...link.provider.pairs.values()];
    link.provider.alter = ({ refresh_token, ...rest }) => {
      link.provider.pairs.set(old!.refreshToken, link.provider.pairs.get(String(refresh_token))!);
      return rest;
    };
    for (let round = 0; round < 2; round += 1) {
      link.clock.advance(hourMs);
      expect(await seen()).to.equal('ben');
    }
    expect(refreshes().map(({ fields }) => fields.refresh_token)).to.deep.equal([
      old!.refreshToken,
      old!.refreshToken,
    ]);
  });

  describe('row 18: a lost answer', () => {
    it('is asked for once more with the same token; where that is dead, for consent', async () => {
      await link.connect();
      link.clock.advance(hourMs);
      link.provider.fail(tokenPath, losingTheAnswer);
      expect(await rejection(call())).to.be.instanceOf(CredentialsRequired);
      expect(refreshes()).to.have.length(2);
      expect(new Set(refreshes().map(({ fields }) => fields.refresh_token)).size).to.equal(1);
    });

    it('that never was given costs nothing', async () => {
      await link.connect();
      link.clock.advance(hourMs);
      link.provider.fail(tokenPath, (res) => void res.destroy());
      expect(await seen()).to.equal('ben');
    });
  });

  describe('row 19: errors', () => {
    const expired = async (): Promise<void> => {
      await link.connect();
      link.clock.advance(hourMs);
    };
    for (const status of [400, 403])
      it(`invalid_grant with ${status}: the grant is lost`, async () => {
        await expired();
        link.provider.fail(tokenPath, refusing(status, { error: 'invalid_grant' }));
        expect(await rejection(call())).to.be.instanceOf(CredentialsRequired);
        expect(await grants()).to.deep.equal([]);
        expect(refreshes()).to.have.length(1);
        const { json: seenHere } = await link.ask('GET', `/links/${link.linkId}/status`);
        expect(seenHere.accessLost).to.include({ userId: 'id-ana' });
        expect(seenHere.outgoingAttempt).to.include({ userId: 'id-ana', state: 'finished' });
      });

    it('invalid_grant, and another process has renewed it or the user has connected again: that one counts', async () => {
      await expired();
      link.provider.fail(tokenPath, async (res) => {
        await link.connect();
        json(res, 400, { error: 'invalid_grant' });
      });
      expect(await seen()).to.equal('ben');
      expect(await grants()).to.have.length(1);
      expect(refreshes()).to.have.length(1);
    });

    it('invalid_client: the grant stays, nothing is tried again until the secret is corrected', async () => {
      await expired();
      const { clientSecret } = link.provider;
      link.provider.clientSecret = 'reset';
      for (let round = 0; round < 2; round += 1)
        expect(await rejection(call()))
          .to.be.instanceOf(PeerRefused)
          .and.have.property('message')
          .that.includes('client ID and secret');
      expect(refreshes()).to.have.length(1);
      link.provider.clientSecret = `${clientSecret}2`;
      await link.ask('PUT', link.path, { clientSecret: `${clientSecret}2` });
      expect(await seen()).to.equal('ben');
    });

    it('a lock at Data Center: once more after two seconds', async () => {
      await expired();
      link.provider.fail(tokenPath, refusing(500, { errors: [{ message: 'lock' }], fieldErrors: {} }));
      const startMs = Date.now();
      expect(await seen()).to.equal('ben');
      expect(Date.now() - startMs).to.be.at.least(1900);
    });

    it('a token that Data Center cannot read: lost', async () => {
      link.provider.alter = (answer) => ({ ...answer, refresh_token: 'opaque' });
      await expired();
      link.provider.fail(tokenPath, refusing(500, { errors: [], fieldErrors: {} }), false);
      expect(await rejection(call())).to.be.instanceOf(CredentialsRequired);
    });

    for (const [what, fault] of [
      ['429', refusing(429, {})],
      ['503', refusing(503, {})],
    ] as const)
      it(`${what}: left alone for a while, the grant stays`, async () => {
        await expired();
        link.provider.fail(tokenPath, fault, false);
        expect(await rejection(call())).to.be.instanceOf(PeerRefused);
        expect(await rejection(call())).to.be.instanceOf(PeerRefused);
        expect(refreshes()).to.have.length(1);
        link.provider.faults.length = 0;
        link.clock.advance(2000);
        expect(await seen()).to.equal('ben');
      });

    it('is left alone for longer each time, up to a minute', async () => {
      await expired();
      link.provider.fail(tokenPath, (res) => void res.destroy(), false);
      expect(await rejection(call())).to.be.instanceOf(PeerUnreachable);
      for (const seconds of [1, 2, 4, 8, 16, 32, 60, 60]) {
        const before = refreshes().length;
        link.clock.advance(seconds * 1000 - 500);
        await rejection(call());
        expect(refreshes(), `before ${seconds} s`).to.have.length(before);
        link.clock.advance(1100);
        await Promise.all([rejection(call()), rejection(call())]);
        expect(refreshes(), `after ${seconds} s, one and its second try`).to.have.length(before + 2);
      }
    });

    it('Retry-After of days is not believed', async () => {
      await expired();
      link.provider.fail(tokenPath, (res) => {
        res.setHeader('retry-after', '900000');
        json(res, 503, {});
      });
      await rejection(call());
      link.clock.advance(hourMs + 1000);
      expect(await seen()).to.equal('ben');
    });

    it('Retry-After is kept to', async () => {
      await expired();
      link.provider.fail(tokenPath, (res) => {
        res.setHeader('retry-after', '30');
        json(res, 429, {});
      });
      await rejection(call());
      link.clock.advance(20_000);
      await rejection(call());
      expect(refreshes()).to.have.length(1);
      link.clock.advance(11_000);
      expect(await seen()).to.equal('ben');
    });

    it('provider down while the token still counts: it is used on', async () => {
      await link.connect();
      link.clock.advance(hourMs - 30_000);
      link.provider.fail(tokenPath, refusing(503, {}), false);
      for (let round = 0; round < 3; round += 1) expect(await seen()).to.equal('ben');
      expect(refreshes()).to.have.length(1);
    });
  });
});
