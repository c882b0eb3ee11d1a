import { expect } from 'chai';
import { createAddressGuard, type ResolvedAddress } from '../../../plugin/consumer/address-guard.js';
import { addressesWithin, plainAddress } from '../../../plugin/consumer/ip-address.js';
import { PeerUnreachable } from '../../../plugin/errors.js';
import { failure, serve, startPeer, testTransport, type ScriptedPeer } from '../../support/peer.js';

const address = (text: string): ResolvedAddress => ({ address: text, family: text.includes(':') ? 6 : 4 });

interface Rules {
  allowInsecureLoopback?: boolean;
  deny?: string[];
}

function allows(hostname: string, { allowInsecureLoopback = false, deny = [] }: Rules = {}): boolean {
  try {
    createAddressGuard({ allowInsecureLoopback, deny }).requireAllowedHost(hostname);
    return true;
  } catch (error) {
    expect(error).to.be.instanceOf(PeerUnreachable).with.property('kind', 'address_refused');
    return false;
  }
}

/** The host of a URL as the transport sees it: what URL makes of odd spellings. */
const hostOf = (host: string): string => new URL(`http://${host}/`).hostname;

describe('The address guard', () => {
  describe('allows', () => {
    for (const host of [
      '10.0.0.1',
      '172.16.0.1',
      '192.168.1.1',
      '100.64.0.1',
      '8.8.8.8',
      '126.255.255.255',
      '128.0.0.1',
      '169.253.255.255',
      '169.255.0.0',
      '223.255.255.255',
      '100.100.100.201',
      '[fd00::1]',
      '[2606:4700::1]',
      '[::ffff:10.0.0.1]',
      '[64:ff9b::808:808]',
      '[fe00::1]',
      'bitbucket.example.com',
    ]) {
      it(host, () => {
        expect(allows(hostOf(host))).to.equal(true);
      });
    }
  });

  describe('refuses always', () => {
    for (const host of [
      '169.254.169.254',
      '169.254.0.1',
      '2852039166',
      '0xa9fea9fe',
      '0251.0376.0251.0376',
      '0.0.0.0',
      '0.1.2.3',
      '224.0.0.1',
      '239.255.255.255',
      '240.0.0.1',
      '255.255.255.255',
      '100.100.100.200',
      '192.0.0.192',
      '168.63.129.16',
      '[::]',
      '[fe80::1]',
      '[febf::1]',
      '[ff02::1]',
      '[fd00:ec2::254]',
      '[fd20:ce::254]',
      '[::ffff:169.254.169.254]',
      '[::ffff:a9fe:a9fe]',
      '[::169.254.169.254]',
      '[::ffff:0:169.254.169.254]',
      '[64:ff9b::a9fe:a9fe]',
      '[64:ff9b:1::a9fe:a9fe]',
      '[2002:a9fe:a9fe::1]',
      '[2001:0:4136:e378:8000:63bf:3fff:fdd2]',
    ]) {
      it(host, () => {
        expect(allows(hostOf(host), { allowInsecureLoopback: true })).to.equal(false);
      });
    }
  });

  describe('refuses loopback unless allowInsecureLoopback is set', () => {
    for (const host of [
      '127.0.0.1',
      '127.255.255.254',
      '127.1',
      '2130706433',
      '0x7f000001',
      '0x7f.1',
      '017700000001',
      '127.0.0.1.',
      '[::1]',
      '[0:0:0:0:0:0:0:1]',
      '[::ffff:127.0.0.1]',
      '[::127.0.0.1]',
      '[64:ff9b::127.0.0.1]',
      '[2002:7f00:1::]',
    ]) {
      it(host, () => {
        expect(allows(hostOf(host))).to.equal(false);
        expect(allows(hostOf(host), { allowInsecureLoopback: true })).to.equal(true);
      });
    }
  });

  it('refuses what network.deny names: networks, addresses, names and the names below them', () => {
    const deny = ['10.0.0.0/8', 'fd00::/8', '192.168.7.7', 'Intranet.Example.com'];
    for (const host of [
      '10.255.0.1',
      '[fd12::1]',
      '192.168.7.7',
      '[::ffff:10.1.1.1]',
      'intranet.example.com',
      'INTRANET.example.com.',
      'a.b.intranet.example.com',
    ]) {
      expect(allows(hostOf(host), { deny }), host).to.equal(false);
    }
    for (const host of ['11.0.0.1', '192.168.7.8', '[fc00::1]', 'example.com', 'notintranet.example.com']) {
      expect(allows(hostOf(host), { deny }), host).to.equal(true);
    }
  });

  it('can be closed to all of IPv4, or all of IPv6', () => {
    expect(allows('8.8.8.8', { deny: ['0.0.0.0/0'] })).to.equal(false);
    expect(allows('[fd00::1]', { deny: ['0.0.0.0/0'] })).to.equal(true);
    expect(allows('[fd00::1]', { deny: ['::/0'] })).to.equal(false);
    expect(allows('8.8.8.8', { deny: ['::/0'] })).to.equal(true);
  });

  it('says that the option for development exists when it refuses loopback', () => {
    const guard = createAddressGuard({ allowInsecureLoopback: false, deny: [] });
    expect(() => {
      guard.requireAllowedHost('127.0.0.1');
    }).to.throw(/network\.allowInsecureLoopback/);
  });

  describe('on the way to the socket', () => {
    let peer: ScriptedPeer;
    beforeEach(async () => {
      peer = await startPeer();
      peer.answer = serve('reached');
    });
    afterEach(() => peer.close());

    const callWith = async (addresses: string[], allowInsecureLoopback: boolean): Promise<number> => {
      const transport = testTransport({
        allowInsecureLoopback,
        timeoutMs: 1000,
        resolve: () => Promise.resolve(addresses.map(address)),
      });
      try {
        return (await transport.request({ url: `http://peer.test:${peer.port}/` })).status;
      } finally {
        await transport.close();
      }
    };

    it('lets a name through to an allowed address', async () => {
      expect(await callWith(['127.0.0.1'], true)).to.equal(200);
    });

    for (const addresses of [
      ['127.0.0.1'],
      ['10.0.0.1', '127.0.0.1'],
      ['127.0.0.1', '10.0.0.1'],
      ['::1'],
      ['::ffff:127.0.0.1'],
      ['fe80::1%eth0'],
      ['::1%lo'],
      ['169.254.169.254'],
      ['2130706433'],
      ['localhost'],
      [''],
    ]) {
      it(`refuses a name that resolves to ${JSON.stringify(addresses)}`, async () => {
        await failure(callWith(addresses, false), 'address_refused');
        expect(peer.requests).to.deep.equal([]);
      });
    }

    it('tries the next address of a name when one refuses, and reports when all do', async () => {
      expect(await callWith(['127.0.0.2', '127.0.0.1'], true)).to.equal(200);
      await failure(callWith(['127.0.0.2', '127.0.0.3'], true), 'connection_refused');
    });

    it('calls a name without any address an unknown host', async () => {
      await failure(callWith([], true), 'unknown_host');
    });

    it('is not passed by a name that resolves differently the second time', async () => {
      const answers = ['192.0.2.1', '127.0.0.1'];
      const asked: string[] = [];
      const transport = testTransport({
        allowInsecureLoopback: false,
        timeoutMs: 300,
        resolve: (hostname) => {
          asked.push(hostname);
          return Promise.resolve([address(answers[asked.length - 1] ?? '127.0.0.1')]);
        },
      });
      const url = `http://rebinding.test:${peer.port}/`;
      const first = await transport.request({ url }).catch((error: unknown) => error);
      expect(first, 'one resolution, checked and pinned').to.be.instanceOf(PeerUnreachable);
      expect(asked).to.deep.equal(['rebinding.test']);
      await failure(transport.request({ url }), 'address_refused');
      expect(peer.requests).to.deep.equal([]);
      await transport.close();
    });

    it('opens the socket to the very address that was checked', async () => {
      const asked: string[] = [];
      const transport = testTransport({
        resolve: (hostname) => {
          asked.push(hostname);
          return Promise.resolve([address(asked.length === 1 ? '127.0.0.1' : '169.254.169.254')]);
        },
      });
      const answer = await transport.request({ url: `http://pinned.test:${peer.port}/` });
      expect(answer.body.toString()).to.equal('reached');
      expect(asked).to.have.length(1);
      await transport.close();
    });

    it('stands in the way of no fetch of the caller, which is therefore called insecure', async () => {
      const transport = testTransport({ allowInsecureLoopback: false, fetch });
      expect((await transport.request({ url: peer.url })).status).to.equal(200);
      await transport.close();
    });
  });
});

describe('An IP address', () => {
  it('is read without brackets and zone', () => {
    expect(plainAddress('[fe80::1%25eth0]')).to.equal('fe80::1');
    expect(plainAddress('10.0.0.1')).to.equal('10.0.0.1');
    for (const text of ['', 'a.test', '1.2.3', '[::1', '0x7f.1'])
      expect(plainAddress(text), text).to.equal(undefined);
  });

  it('is judged together with the IPv4 address inside of it', () => {
    const inside: Record<string, string | undefined> = {
      '::ffff:1.2.3.4': '1.2.3.4',
      '0:0:0:0:0:ffff:102:304': '1.2.3.4',
      '::1.2.3.4': '1.2.3.4',
      '64:ff9b::1.2.3.4': '1.2.3.4',
      '2002:102:304::': '1.2.3.4',
      '::1': undefined,
      '::': undefined,
      'fd00::102:304': undefined,
      '1:2:3:4:5:6:7:8': undefined,
      '10.0.0.1': undefined,
    };
    for (const [text, ipv4] of Object.entries(inside)) {
      expect(addressesWithin(text), text).to.deep.equal(ipv4 === undefined ? [text] : [text, ipv4]);
    }
  });
});
