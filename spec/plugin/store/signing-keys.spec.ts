import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { memoryStore } from 'express-applinks';
import { installationIdentity } from '../../../plugin/store/identity.js';
import { createSealer } from '../../../plugin/store/seal.js';
import { createSigningKeys } from '../../../plugin/store/signing-keys.js';

const sealer = createSealer([randomBytes(32).toString('base64')]);

describe('Our signing keys', () => {
  it('are made once, however many ask at once', async () => {
    const { settings } = memoryStore();
    const processes = Array.from({ length: 3 }, () => createSigningKeys(settings, sealer, Date.now));
    const keys = await Promise.all(processes.map((each) => each.current()));
    expect(new Set(keys.map(({ id }) => id)).size).to.equal(1);
    expect(keys[0]!.privateKey.asymmetricKeyDetails?.modulusLength).to.equal(2048);
  });

  it('are sealed in the store', async () => {
    const { settings } = memoryStore();
    const { privateKey } = await createSigningKeys(settings, sealer, Date.now).current();
    const stored = (await settings.get('signing_keys'))!;
    expect(stored).to.match(/^v1\./);
    const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
    expect(stored).not.to.include(pkcs8.slice(40, 100));
  });

  it('rotate: the former ones stay for the peers that hold them, five in all', async () => {
    const { settings } = memoryStore();
    const [here, there] = [1, 2].map(() => createSigningKeys(settings, sealer, Date.now));
    const first = await here!.current();
    const second = await here!.rotate();
    expect((await there!.current()).id).to.equal(second.id);
    expect((await there!.get(first.id))?.publicKey).to.equal(first.publicKey);
    for (let time = 0; time < 4; time += 1) await here!.rotate();
    expect(await there!.list()).to.have.length(5);
    expect(await there!.get(first.id)).to.equal(undefined);
  }).timeout(20_000);

  it('belong to an identity that is made once and kept', async () => {
    const store = memoryStore();
    const one = await installationIdentity(store, {
      baseUrl: 'https://ci.example.test',
      applicationName: 'Sämple CI!',
    });
    expect(one.serverId).to.equal('9fcb1f80-cf06-3129-bdea-f3b25b1aa9e3');
    expect(one.consumerKey).to.match(/^sa-mple-ci:\d{10}$/);
    const moved = await installationIdentity(store, {
      baseUrl: 'https://new.example.test',
      applicationName: 'Other',
    });
    expect(moved).to.deep.equal(one);
  });
});
