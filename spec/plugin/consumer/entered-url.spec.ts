import { expect } from 'chai';
import { readEnteredUrl } from '../../../plugin/consumer/entered-url.js';
import { PeerUnreachable } from '../../../plugin/errors.js';

describe('The address that an administrator enters', () => {
  const cases: Record<string, string[]> = {
    'https://b.test': ['b.test'],
    'https://b.test/': ['b.test'],
    'https://b.test:8443//': ['b.test:8443'],
    'https://b.test/ctx/': ['b.test/ctx', 'b.test'],
    ' https://B.test/Ctx?a=b#c ': ['b.test/Ctx', 'b.test'],
    'https://b.test/projects/PRJ/repos/r': [
      'b.test',
      'b.test/projects/PRJ/repos/r',
      'b.test/projects/PRJ/repos',
      'b.test/projects/PRJ',
      'b.test/projects',
      'b.test',
    ],
    'https://b.test/ctx/projects': ['b.test/ctx', 'b.test/ctx/projects', 'b.test'],
    'https://b.test/ctx/plugins/servlet/applinks/listApplicationLinks': [
      'b.test/ctx',
      'b.test/ctx/plugins/servlet/applinks/listApplicationLinks',
      'b.test/ctx/plugins/servlet/applinks',
      'b.test/ctx/plugins/servlet',
      'b.test',
    ],
    'https://j.test/jira/secure/Dashboard.jspa': [
      'j.test/jira',
      'j.test/jira/secure/Dashboard.jspa',
      'j.test/jira/secure',
      'j.test',
    ],
    'https://c.test/wiki/dashboard.action#all-updates': [
      'c.test/wiki',
      'c.test/wiki/dashboard.action',
      'c.test',
    ],
  };
  for (const [entered, candidates] of Object.entries(cases)) {
    it(`leads from ${entered} to ${candidates[0] ?? ''}`, () => {
      expect(readEnteredUrl(entered)).to.deep.equal({
        schemes: ['https'],
        candidates: [...new Set(candidates)],
      });
    });
  }

  it('is tried over https, then over http, when it has no scheme', () => {
    expect(readEnteredUrl('b.test/ctx').schemes).to.deep.equal(['https', 'http']);
    expect(readEnteredUrl('localhost:7990')).to.deep.equal({
      schemes: ['https', 'http'],
      candidates: ['localhost:7990'],
    });
    expect(readEnteredUrl('HTTP://b.test').schemes).to.deep.equal(['http']);
  });

  it('gives at most five candidates, the last being the root', () => {
    const { candidates } = readEnteredUrl(`https://b.test${'/a'.repeat(500)}`);
    expect(candidates).to.have.length(5);
    expect(candidates.at(-1)).to.equal('b.test');
  });

  for (const entered of [
    '',
    ' ',
    'https://',
    'ftp://b.test',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'data:text/html,x',
    'https://u:p@b.test',
    'u:p@b.test',
    'mailto:a@b.test',
    'b .test',
    `https://b.test/${'a'.repeat(2048)}`,
  ]) {
    it(`is refused as ${JSON.stringify(entered.slice(0, 40))}, without being repeated`, () => {
      try {
        readEnteredUrl(entered);
      } catch (error) {
        expect(error).to.be.instanceOf(PeerUnreachable).with.property('kind', 'address_refused');
        if (entered.length > 8) expect(String(error)).not.to.include(entered);
        return;
      }
      throw new Error('it was accepted');
    });
  }
});
