import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { memoryStore } from 'express-applinks';
import { parseOptions, type ApplinksOptions, type Config } from '../../plugin/config.js';
import { ApplinksError } from '../../plugin/errors.js';
import { createAuthority } from '../support/certificates.js';
import { TestHost } from '../support/kit-host.js';

function network(given: unknown): Config['network'] {
  return parseOptions({
    baseUrl: 'https://ci.example.test',
    application: { name: 'Sample CI' },
    store: memoryStore(),
    keys: { encryption: [randomBytes(32).toString('base64')] },
    host: new TestHost(''),
    network: given as ApplinksOptions['network'],
  }).network;
}

function refusal(given: object): string {
  try {
    network(given);
  } catch (error) {
    expect(error).to.be.instanceOf(ApplinksError).with.property('code', 'invalid_options');
    return (error as ApplinksError).message;
  }
  throw new Error('the options were accepted');
}

describe('The options of network', () => {
  it('close everything that is dangerous by default', () => {
    for (const given of [undefined, {}]) {
      expect(network(given)).to.deep.equal({ allowInsecureLoopback: false, deny: [], timeoutMs: 10_000 });
    }
  });

  it('take networks, addresses and host names to deny', () => {
    const deny = [
      '10.0.0.0/8',
      '10.1.2.3',
      'fd00::/8',
      '::1',
      '0.0.0.0/0',
      'intranet',
      'a-b.example.com',
      '1.example.com',
    ];
    expect(network({ deny }).deny).to.deep.equal(deny);
  });

  for (const entry of [
    '',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0/8',
    '10.0.0',
    '10.*',
    'fd00::/129',
    'fe80::1%eth0',
    'https://a.test',
    'a.test:80',
    'a.test/8',
    '-a.test',
    '.a.test',
    'a'.repeat(64),
  ]) {
    it(`refuse to deny ${JSON.stringify(entry)}, which would deny nothing`, () => {
      expect(refusal({ deny: ['10.0.0.0/8', entry] })).to.match(/network\.deny\.1: must be a network as/);
    });
  }

  it('take one certificate, a bundle, or a list of them', async () => {
    const { cert } = await createAuthority();
    for (const ca of [cert, `${cert}\n# second\n${cert}`, [cert, cert]])
      expect(network({ ca }).ca).to.deep.equal(ca);
  });

  it('refuse what is no certificate, anywhere in a bundle', async () => {
    const authority = await createAuthority();
    const { cert } = authority;
    const { key } = await authority.issue({ name: 'a.test' });
    const broken = cert.replace(/\n[^-]{40}/, '\n');
    for (const ca of [
      '',
      '/etc/ssl/ca.pem',
      key,
      broken,
      `${cert}${broken}`,
      `${cert}${key}`,
      cert.slice(0, -30),
    ]) {
      const message = refusal({ ca });
      expect(message).to.match(/network\.ca/);
      if (ca !== '') expect(message).not.to.include(ca);
    }
    expect(refusal({ ca: [cert, 'x'] })).to.match(/network\.ca/);
  });

  it('take a deadline between a tenth of a second and two minutes', () => {
    expect(network({ timeoutMs: 60_000 }).timeoutMs).to.equal(60_000);
    for (const timeoutMs of [0, 99, 120_001, 1.5, NaN, '10']) {
      expect(refusal({ timeoutMs }), String(timeoutMs)).to.match(/network\.timeoutMs/);
    }
  });

  it('take a fetch of the caller, and nothing else in its place', () => {
    expect(network({ allowInsecureFetch: fetch }).allowInsecureFetch).to.equal(fetch);
    expect(refusal({ allowInsecureFetch: true })).to.match(/network\.allowInsecureFetch: must be a function/);
  });

  it('name the nearest option for a typo', () => {
    expect(refusal({ allowInsecureLoopBack: true })).to.include(
      'network.allowInsecureLoopBack: unknown option; did you mean allowInsecureLoopback?',
    );
  });
});
