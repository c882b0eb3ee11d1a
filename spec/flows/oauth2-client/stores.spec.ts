/**
 * Our client once more on a database: authorise, call, renew, disconnect, and both after a restart; and the race of row 15
 * between processes, which a peer answers by logging the user out when two of them renew (oauth2.md 2.5; part 7).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { CredentialsRequired, sqliteStore } from 'express-applinks';
import { minuteMs } from '../../support/clock.js';
import { startKitApp, type KitApp } from '../../support/kit-app.js';
import { rejection, startOAuth2Link, type OAuth2Link } from '../../support/oauth2-link.js';
import { startClientRace } from '../../support/store-race.js';

const path = '/rest/api/1.0/projects';

describe('OAuth 2.0 client on SQLite', () => {
  let folder: string;
  let link: OAuth2Link;
  const file = (): string => join(folder, 'applinks.db');
  const refreshes = () =>
    link.provider.requests('/token').filter(({ fields }) => fields.grant_type === 'refresh_token');
  const seenBy = async (app: KitApp): Promise<unknown> =>
    (await app.applinks.client(link.linkId).as('id-ana')(path)).json();
  const alongside = async (use: (second: KitApp) => Promise<void>): Promise<void> => {
    const { host, encryptionKey } = link.app;
    const options = { clock: link.clock.now };
    const second = await startKitApp({ store: sqliteStore(file()), host, encryptionKey, options });
    try {
      await use(second);
    } finally {
      await second.close();
    }
  };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'applinks-client-'));
    link = await startOAuth2Link({ store: sqliteStore(file()) });
  });
  afterEach(async () => {
    await link.close();
    rmSync(folder, { recursive: true });
  });

  it('authorises once, calls, renews and disconnects', async () => {
    const [browser, callback] = await link.callback();
    const answers = await Promise.all([browser.get(callback), browser.get(callback)]);
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([303, 400]);
    expect(await seenBy(link.app)).to.include({ seen: 'ben' });
    link.clock.advance(60 * minuteMs);
    expect(await seenBy(link.app)).to.include({ seen: 'ben' });
    const status = await link.app.applinks.client(link.linkId).status(link.app.host.findUser('id-ana')!);
    expect(status).to.include({ type: 'WORKING', working: true });
    expect(await link.app.applinks.accounts.disconnect({ userId: 'id-ana' })).to.equal(1);
    expect(link.provider.requests('/revoke')).to.have.length(1);
    expect(await rejection(seenBy(link.app))).to.be.instanceOf(CredentialsRequired);
  });

  it('goes on after a restart, and in a second process', async () => {
    await link.connect();
    await alongside(async (second) => {
      expect(await seenBy(second)).to.include({ seen: 'ben' });
      link.clock.advance(60 * minuteMs);
      expect(await seenBy(second)).to.include({ seen: 'ben' });
      expect(await seenBy(link.app)).to.include({ seen: 'ben' });
    });
    expect(refreshes()).to.have.length(1);
  });

  it('row 15: of three processes at once one renews, time and again, and nobody is logged out', async () => {
    await link.connect();
    const race = await startClientRace(file(), link.app, 3);
    try {
      for (let round = 1; round <= 4; round += 1) {
        link.clock.advance(60 * minuteMs);
        const nowMs = link.clock.now();
        const seen = await race.run(() => ({
          ...{ linkId: link.linkId, userId: 'id-ana', path, times: 4, nowMs },
        }));
        for (const answer of seen.flat()) expect(answer).to.include({ seen: 'ben' });
        expect(seen.flat()).to.have.length(12);
        expect(refreshes()).to.have.length(round);
      }
    } finally {
      await race.end();
    }
  });
});
