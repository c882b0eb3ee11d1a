import { expect } from 'chai';
import {
  isWithin,
  parseScope,
  scopeNames,
  withIncluded,
} from '../../../../../plugin/testing/bitbucket/oauth2-provider/scopes.js';
import { locationOf, oauth2App, type OAuth2App } from './oauth2-app.js';

const included = {
  stash: {
    PUBLIC_REPOS: [],
    ACCOUNT_WRITE: ['PUBLIC_REPOS'],
    REPO_READ: ['PUBLIC_REPOS'],
    REPO_WRITE: ['REPO_READ', 'PUBLIC_REPOS'],
    REPO_ADMIN: ['REPO_WRITE', 'REPO_READ', 'PUBLIC_REPOS'],
    PROJECT_ADMIN: ['REPO_ADMIN', 'REPO_WRITE', 'REPO_READ', 'PUBLIC_REPOS'],
    ADMIN_WRITE: ['PROJECT_ADMIN', 'REPO_ADMIN', 'REPO_WRITE', 'REPO_READ', 'PUBLIC_REPOS', 'ACCOUNT_WRITE'],
    SYSTEM_ADMIN: [
      'ADMIN_WRITE',
      'PROJECT_ADMIN',
      'REPO_ADMIN',
      'REPO_WRITE',
      'REPO_READ',
      'PUBLIC_REPOS',
      'ACCOUNT_WRITE',
    ],
  },
  jira: { READ: [], WRITE: ['READ'], ADMIN: ['WRITE', 'READ'], SYSTEM_ADMIN: ['ADMIN', 'WRITE', 'READ'] },
  confluence: {
    READ: [],
    WRITE: ['READ'],
    ADMIN: ['WRITE', 'READ'],
    SYSTEM_ADMIN: ['ADMIN', 'WRITE', 'READ'],
  },
} as const;

describe('scopes of the Data Center stand-in (oauth2.md part 3)', () => {
  for (const product of ['stash', 'jira', 'confluence'] as const) {
    describe(`D2: inheritance in ${product}`, () => {
      it('knows these names', () => {
        expect(scopeNames(product)).to.have.members(Object.keys(included[product]));
      });

      for (const [name, others] of Object.entries(included[product]) as [string, readonly string[]][]) {
        it(`${name} includes ${others.join(', ') || 'nothing else'}`, () => {
          expect([...withIncluded(product, [name])]).to.have.members([name, ...others]);
          for (const other of scopeNames(product)) {
            expect(isWithin(product, [other], [name])).to.equal(other === name || others.includes(other));
          }
        });
      }
    });
  }

  it('sorts names and forgets repetitions', () => {
    expect(parseScope('stash', 'REPO_READ ACCOUNT_WRITE REPO_READ')).to.deep.equal([
      'ACCOUNT_WRITE',
      'REPO_READ',
    ]);
  });

  for (const scope of ['', ' REPO_READ', 'REPO_READ ', 'REPO_READ,REPO_WRITE', 'READ', 'toString']) {
    it(`takes no "${scope}"`, () => {
      expect(parseScope('stash', scope)).to.equal(undefined);
    });
  }

  for (const product of ['jira', 'confluence'] as const) {
    describe(`D2: a client of ${product}`, () => {
      let app: OAuth2App;
      beforeEach(async () => {
        app = await oauth2App({ product });
      });
      afterEach(() => app.stop());

      it('with WRITE may ask for READ, and not for ADMIN', async () => {
        const narrower = locationOf(await app.answer('ana', 'Allow', { scope: 'READ' }));
        expect(narrower.searchParams.has('code')).to.equal(true);
        const wider = await (await app.browserOf('ana')).get(app.authorizeUrl({ scope: 'ADMIN' }));
        expect(locationOf(wider).searchParams.get('error')).to.equal('invalid_scope');
      });
    });
  }
});
