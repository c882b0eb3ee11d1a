import { expect } from 'chai';
import { isAllowedRedirect } from '../../../../plugin/testing/bitbucket/callback-check.js';
import type { Link } from '../../../../plugin/testing/index.js';

const links: Link[] = [
  {
    id: 'id',
    name: 'Our CI',
    typeId: 'generic',
    rpcUrl: 'http://ci.internal:8080/ci',
    displayUrl: 'https://ci.example.test/ci',
    isPrimary: true,
    providers: new Map(),
    consumer: undefined,
  },
];

describe('where a dance may send the browser in the end', () => {
  const rows: [target: string, base: string, allowed: boolean][] = [
    ['/', 'http://bb', true],
    ['/dashboard?x=1', 'http://bb', true],
    ['/bitbucket/dashboard', 'http://bb/bitbucket', true],
    ['/bitbucket', 'http://bb/bitbucket', true],
    ['/elsewhere', 'http://bb/bitbucket', false],
    ['/bitbucket-evil', 'http://bb/bitbucket', false],
    ['/bitbucket/../elsewhere', 'http://bb/bitbucket', false],
    ['http://bb/dashboard', 'http://bb', true],
    ['https://bb/dashboard', 'http://bb', false],
    ['http://bb:81/dashboard', 'http://bb', false],
    ['http://bb.evil.example/', 'http://bb', false],
    ['http://bb@evil.example/', 'http://bb', false],
    ['https://ci.example.test/ci/job/demo', 'http://bb', true],
    ['http://ci.internal:8080/ci', 'http://bb', true],
    ['https://ci.example.test/', 'http://bb', false],
    ['https://ci.example.test/cia', 'http://bb', false],
    ['//evil.example/', 'http://bb', false],
    ['/\\evil.example/', 'http://bb', false],
    ['https://evil.example/', 'http://bb', false],
    ['javascript:alert(1)', 'http://bb', false],
    ['dashboard', 'http://bb', false],
    ['http://', 'http://bb', false],
  ];
  for (const [target, base, allowed] of rows) {
    it(`${target} from ${base}: ${allowed ? 'goes' : 'stays'}`, () => {
      expect(isAllowedRedirect(target, base, links)).to.equal(allowed);
    });
  }
});
