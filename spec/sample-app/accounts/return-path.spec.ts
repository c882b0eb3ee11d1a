import { expect } from 'chai';
import { safeReturnPath } from '../../../sample-app/accounts/return-path.js';

describe('where the login leads', () => {
  for (const path of ['/', '/job/demo/', '/plugins/servlet/oauth/authorize?oauth_token=a%2Fb&x=1', '/a//b']) {
    it(`is ${path}`, () => expect(safeReturnPath(path, '')).to.equal(path));
  }
  for (const value of [
    ...['//evil.example', '/\\evil.example', 'https://evil.example/', 'javascript:alert(1)', 'job', ''],
    ...[
      '/\t/evil.example',
      '/a\nb',
      '/ä',
      undefined,
      ['/a'],
      { a: 1 },
      `/${'x'.repeat(5000)}`,
      '\\/evil.example',
    ],
  ]) {
    it(`is the first page instead of ${(JSON.stringify(value) as string | undefined)?.slice(0, 40) ?? 'nothing'}`, () =>
      expect(safeReturnPath(value, '')).to.equal('/'));
  }
  it('is never outside of the path of the server', () => {
    for (const path of ['/other', '/', '/cix', '/ci/../other', '/ci/%2e%2e/other']) {
      expect(safeReturnPath(path, '/ci'), path).to.equal('/ci/');
    }
    expect(safeReturnPath('/ci/job/demo/', '/ci')).to.equal('/ci/job/demo/');
    expect(safeReturnPath('/ci', '/ci')).to.equal('/ci');
  });
});
