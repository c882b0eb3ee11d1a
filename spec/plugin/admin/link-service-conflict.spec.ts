/** Two administrators at the same link: the slower one's change is made on what the faster one left. */
import { expect } from 'chai';
import type { Store } from 'express-applinks';
import { codeOf, startServices } from './kit-services.js';

describe('Links that somebody else keeps changing', () => {
  /** Lets `updates(times)` fail as the store does when the revision has changed. */
  const busy =
    (times: number, seen: number[]) =>
    (store: Store): Store => ({
      ...store,
      links: {
        ...store.links,
        update: (link) => {
          seen.push(link.revision);
          return seen.length > times ? store.links.update(link) : Promise.resolve(false);
        },
      },
    });

  it('are read again and saved when it quiets down', async () => {
    const seen: number[] = [];
    const kit = await startServices('memory', { wrap: busy(2, seen) });
    try {
      const { link } = await kit.applinks.links.create({ name: 'Bitbucket' });
      expect((await kit.applinks.links.update(link.id, { name: 'West' })).link.name).to.equal('West');
      expect(seen).to.have.length(3);
    } finally {
      await kit.close();
    }
  });

  it('are given up with a sentence that says what to do, and no event', async () => {
    const kit = await startServices('memory', { wrap: busy(Infinity, []) });
    try {
      const { link } = await kit.applinks.links.create({ name: 'Bitbucket' });
      kit.events.length = 0;
      expect(await codeOf(kit.applinks.links.update(link.id, { name: 'West' }))).to.equal('409 conflict');
      expect((await kit.applinks.links.get(link.id)).name).to.equal('Bitbucket');
      expect(kit.events).to.be.empty;
    } finally {
      await kit.close();
    }
  });
});
