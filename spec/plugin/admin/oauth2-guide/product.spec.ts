/** Which OAuth 2.0 links a product of this version has (oauth2.md, head: G1 and G2), and what an address tells. */
import { expect } from 'chai';
import { InvalidInput } from '../../../../plugin/errors.js';
import {
  generationOf,
  isCloudSite,
  presetOfType,
  readPreset,
} from '../../../../plugin/admin/oauth2-guide/product.js';

describe('The product at an address', () => {
  for (const [type, version, generation] of [
    ['stash', '7.20.9', 'none'],
    ['stash', '7.21.0', 'external'],
    ['stash', '9.4.0', 'external'],
    ['stash', '10.0.2', 'external'],
    ['stash', '10.1.0', 'both'],
    ['confluence', '7.17.1', 'external'],
    ['confluence', '10.1', 'both'],
    ['jira', '8.21.1', 'none'],
    ['jira', '11.1.0', 'external'],
    ['jira', '11.2.0-m01', 'both'],
    ['bamboo', '11.0.0', 'none'],
    ['bamboo', '12.0.0', 'both'],
    ['stash', null, 'unknown'],
    ['stash', 'next', 'unknown'],
    ['constructor', '9.0', 'unknown'],
  ] as const) {
    it(`${type} ${version ?? 'without a version'}: ${generation}`, () => {
      expect(generationOf(type, version)).to.equal(generation);
    });
  }

  it('suggests what its type says, and a custom server for the rest', () => {
    expect(['stash', 'jira', 'confluence', 'bamboo', 'toString'].map(presetOfType)).to.deep.equal([
      ...['bitbucket', 'jira', 'confluence', 'custom', 'custom'],
    ]);
  });

  it('takes a host of Atlassian’s cloud for a site, and no look-alike', () => {
    for (const url of ['https://acme.atlassian.net', 'acme.atlassian.net/wiki', 'HTTPS://Acme.Jira.com'])
      expect(isCloudSite(url), url).to.equal(true);
    for (const url of ['https://acme.atlassian.net.evil.test', 'https://evil.test/acme.atlassian.net', ''])
      expect(isCloudSite(url), url).to.equal(false);
  });

  it('takes no preset that is not offered', () => {
    expect(readPreset('jira-cloud')).to.equal('jira-cloud');
    for (const chosen of [null, '', 'github']) expect(() => readPreset(chosen)).to.throw(InvalidInput);
  });
});
