import { expect } from 'chai';
import {
  checkHost,
  isBlockedAddress,
} from '../../../../../plugin/testing/bitbucket/linking/address-guard.js';

describe('addresses that the wizard refuses (applinks-oauth1.md 10.3)', () => {
  const rows: [address: string, blocked: boolean][] = [
    ['127.0.0.1', true],
    ['127.255.0.9', true],
    ['169.254.169.254', true],
    ['0.0.0.0', true],
    ['10.0.0.7', true],
    ['10.0.0.8', false],
    ['192.168.1.1', false],
    ['93.184.216.34', false],
    ['::1', true],
    ['::', true],
    ['0:0:0:0:0:0:0:1', true],
    ['::127.0.0.1', true],
    ['fe80::1', false],
    ['2001:db8::1', false],
    ['::ffff:10.0.0.1', false],
  ];
  for (const [address, blocked] of rows) {
    it(`${address} is ${blocked ? 'refused' : 'asked'}`, () => {
      expect(isBlockedAddress(address, '10.0.0.7')).to.equal(blocked);
    });
  }

  it('resolves names first', async () => {
    expect(await checkHost('localhost', '10.0.0.7')).to.equal('blocked');
    expect(await checkHost('[::1]', '10.0.0.7')).to.equal('blocked');
    expect(await checkHost('no-such-host.invalid', '10.0.0.7')).to.equal('unknown');
  });
});
