import { expect } from 'chai';
import { rootCertificates } from 'node:tls';
import { trustedWith } from '../../../plugin/consumer/trusted-certificates.js';

describe('The trusted certificates', () => {
  it('are those of Node.js and those of the administrator', () => {
    const trusted = trustedWith(['one', 'two']);
    expect(trusted.slice(-2)).to.deep.equal(['one', 'two']);
    expect(trusted).to.include.members([...rootCertificates]);
  });
});
