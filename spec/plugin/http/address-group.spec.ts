import { expect } from 'chai';
import { addressGroup } from '../../../plugin/http/address-group.js';

describe('Whom a limit counts as one', () => {
  const cases = [
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:0db8:0000:0001::1', '2001:db8:0:1::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['unix', 'unix'],
  ] as const;
  for (const [address, group] of cases)
    it(`${address} is ${group}`, () => expect(addressGroup(address)).to.equal(group));

  it('a connection that is gone has none', () => expect(addressGroup(undefined)).to.equal(''));
});
