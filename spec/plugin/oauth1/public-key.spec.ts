import { expect } from 'chai';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { ApplinksError } from '../../../plugin/errors.js';
import { parsePublicKey } from '../../../plugin/oauth1/public-key.js';

/** Made with openssl for these specs; the private keys were never kept. */
const rsaCertificate = `-----BEGIN CERTIFICATE-----
MIIDJTCCAg2gAwIBAgIUbPumBpXy902anNZLtlG7iCtqc6YwDQYJKoZIhvcNAQEL
BQAwITEfMB0GA1UEAwwWYml0YnVja2V0LmV4YW1wbGUudGVzdDAgFw0yNjExMjQw
MDMzNTVaGA8yMTI2MTAzMTAwMzM1NVowITEfMB0GA1UEAwwWYml0YnVja2V0LmV4
YW1wbGUudGVzdDCCASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoCggEBANuKiBqS
Q6XqGTIcbFO8WpgK9ExNHC/4rVIGtfuJu0KEUhQsGfUG+EByyC9atyHbEHtyYOk6
06K25Cv+aAI9ngto7Yc5kyQzSxfBBO7Om75QRNFmpC/KPiquJP2c333RVZvRB+RU
uqIwd8D874i5SYP9lnzpkRTV8gM6tTEcbZPkhuPxdq0bFrcN0URO3syb/iz7RIOz
IPuXcM/oCNMyugu4+w3K0fC1s8+Yk2W82mS3AHv+JZTyL9AVpIRVNzEfN1saH7IL
xbnh6Su1xdUcj9XVAgkWNSYsJTZUgQkFNmuGDN4YyTI75JjcwXZsOEOwvWYkf3k3
mSFQRm5FA5d5KS0CAwEAAaNTMFEwHQYDVR0OBBYEFHiuZOd2ZdaBXP8qEtMD8ghc
zFQHMB8GA1UdIwQYMBaAFHiuZOd2ZdaBXP8qEtMD8ghczFQHMA8GA1UdEwEB/wQF
MAMBAf8wDQYJKoZIhvcNAQELBQADggEBAHcaex3RBQc1Welc+36x1MxhDTpfk9lh
jo6PnOSYqLnKKW36tlKPnJjBEOOkOmFF6cVb10j0nu3X7lJsnx7UQP3sAPSaQCo+
FSjtfPTShTZFIzm9kGIbhrrPb5HUkQA4ztV3WJD5XIi0u4wiJfRW7idXzyVlMTGv
/zpN5i7jfQPv5JoahrlxpfeUI3FlQtcb3PmFrlF21+GR/ISITaI/YLhgkG4YM/SH
qeVquUx2zuRDZaLs3hkgP6x+BYBjcN6+wTg1UxhkbuSRyBz8pC3cm2v6VIVHDKgX
lRSzUJuRg/l2rBLK9BiPGCzfhRmQxdMgSCbcsUOarWf+5X7378wxO9s=
-----END CERTIFICATE-----
`;

const ecCertificate = `-----BEGIN CERTIFICATE-----
MIIBmTCCAT+gAwIBAgIUIxkowaaVTcWdhvNuevUUdJM0YIUwCgYIKoZIzj0EAwIw
ITEfMB0GA1UEAwwWYml0YnVja2V0LmV4YW1wbGUudGVzdDAgFw0yNjExMjQwMDMz
NTVaGA8yMTI2MTAzMTAwMzM1NVowITEfMB0GA1UEAwwWYml0YnVja2V0LmV4YW1w
bGUudGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABLAf9pmW9ane5j0DepX1
vwBjRvlM8HF5nJK0DJL0faHcny/asz0YNslGpA87OSM8bs+0WHDsrmQ21Ku5U3zN
jK2jUzBRMB0GA1UdDgQWBBTP2nBU1kJsvxuGG1urSv34K079djAfBgNVHSMEGDAW
gBTP2nBU1kJsvxuGG1urSv34K079djAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49
BAMCA0gAMEUCIQD5NOfx1lrmVJ6z1h0JnoK3FG5AcdnhyCOSGRBiB/6bywIgdAow
8mFY4IEtV2VOrJPuolcxwC9L/nwrsF35YgKMfXc=
-----END CERTIFICATE-----
`;

const spki =
  'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA24qIGpJDpeoZMhxsU7xamAr0TE0cL/itUga1+4m7QoRSFCwZ9Qb4QHLI' +
  'L1q3IdsQe3Jg6TrTorbkK/5oAj2eC2jthzmTJDNLF8EE7s6bvlBE0WakL8o+Kq4k/ZzffdFVm9EH5FS6ojB3wPzviLlJg/2WfOmR' +
  'FNXyAzq1MRxtk+SG4/F2rRsWtw3RRE7ezJv+LPtEg7Mg+5dwz+gI0zK6C7j7DcrR8LWzz5iTZbzaZLcAe/4llPIv0BWkhFU3MR83' +
  'WxofsgvFueHpK7XF1RyP1dUCCRY1JiwlNlSBCQU2a4YM3hjJMjvkmNzBdmw4Q7C9ZiR/eTeZIVBGbkUDl3kpLQIDAQAB';

const pem = `-----BEGIN PUBLIC KEY-----\n${spki.replace(/.{64}/g, '$&\n')}\n-----END PUBLIC KEY-----\n`;
const pkcs1 = createPublicKey(pem).export({ type: 'pkcs1', format: 'pem' }).toString();

function refusal(text: string): ApplinksError {
  try {
    parsePublicKey(text);
  } catch (error) {
    expect(error).to.be.instanceOf(ApplinksError);
    return error as ApplinksError;
  }
  return expect.fail('it was accepted');
}

/** A public key of any size, without the primes that take minutes to find. */
function keyOfBits(bits: number): string {
  const modulus = Buffer.alloc(Math.ceil(bits / 8), 0xff);
  modulus[0] = 0xff >> ((8 - (bits % 8)) % 8);
  const jwk = { kty: 'RSA', n: modulus.toString('base64url'), e: 'AQAB' };
  return createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString();
}

describe('Reading a public key', () => {
  const spellings: [what: string, text: string][] = [
    ['a PEM public key', pem],
    ['the same with the line ends of Windows', pem.replaceAll('\n', '\r\n')],
    ['the same, indented', pem.replaceAll('\n', '\n    ')],
    ['the same in one line', pem.replaceAll('\n', '')],
    ['the same with spaces in place of line ends', pem.replaceAll('\n', ' ')],
    ['the same with text around', `Key of Bitbucket:\n${pem}\nEnd.`],
    ['bare Base64, as consumer-info has it', spki],
    ['bare Base64 in lines', `\n  ${spki.replace(/.{76}/g, '$&\r\n')}\n`],
    ['a PEM public key of PKCS #1', pkcs1],
    ['an X.509 certificate', rsaCertificate],
    ['the first of two certificates', rsaCertificate + ecCertificate],
  ];
  for (const [what, text] of spellings) {
    it(`takes ${what}`, () => {
      const { key, ...rest } = parsePublicKey(text);
      expect(rest).to.deep.equal({
        spki,
        bits: 2048,
        fingerprint:
          '51:54:EA:7A:AB:69:26:8A:46:08:DF:B8:DD:FB:0A:C4:3E:47:A6:7C:09:A3:93:B2:5D:D1:5A:DC:CB:24:4C:5B',
      });
      expect(key.type).to.equal('public');
      expect(key.export({ type: 'spki', format: 'der' }).toString('base64')).to.equal(spki);
    });
  }

  for (const bits of [1024, 3072, 16_384]) {
    it(`takes ${bits} bits`, () => expect(parsePublicKey(keyOfBits(bits)).bits).to.equal(bits));
  }

  for (const bits of [512, 1023, 16_385]) {
    it(`refuses ${bits} bits`, () => {
      const error = refusal(keyOfBits(bits));
      expect(error.code).to.equal('invalid_input');
      expect(error.status).to.equal(400);
      expect(error.message).to.equal(
        `The key has ${bits} bits. Use an RSA key of 1024 to 16384 bits, best 2048 or more.`,
      );
    });
  }

  const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const otherKinds: [what: string, text: string][] = [
    ['an elliptic curve key', elliptic.publicKey.export({ type: 'spki', format: 'pem' }).toString()],
    ['a certificate of an elliptic curve key', ecCertificate],
    [
      'an Ed25519 key',
      generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    ],
    [
      'an RSA key for PSS only',
      generateKeyPairSync('rsa-pss', { modulusLength: 2048 })
        .publicKey.export({ type: 'spki', format: 'pem' })
        .toString(),
    ],
  ];
  for (const [what, text] of otherKinds) {
    it(`refuses ${what}`, () => {
      const error = refusal(text);
      expect(error.code).to.equal('invalid_input');
      expect(error.status).to.equal(400);
      expect(error.message).to.equal('The key is not an RSA key.');
    });
  }

  const pair = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
  const privateKeys: [what: string, text: string][] = [
    ['of PKCS #8', pair.export({ type: 'pkcs8', format: 'pem' }).toString()],
    ['of PKCS #1', pair.export({ type: 'pkcs1', format: 'pem' }).toString()],
    ['that is encrypted', pair.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'x' }).toString()], // prettier-ignore
    ['of an elliptic curve', elliptic.privateKey.export({ type: 'sec1', format: 'pem' }).toString()],
    [
      'in front of the certificate',
      pair.export({ type: 'pkcs8', format: 'pem' }).toString() + rsaCertificate,
    ],
    ['behind the certificate', rsaCertificate + pair.export({ type: 'pkcs8', format: 'pem' }).toString()],
  ];
  for (const [what, text] of privateKeys) {
    it(`refuses a private key ${what}, and says so`, () => {
      const error = refusal(text);
      expect(error.code).to.equal('invalid_input');
      expect(error.message).to.match(/^This is a private key, which must stay where it was made\./);
      expect(error.cause).to.equal(undefined);
    });
  }

  const garbage: [what: string, text: string][] = [
    ['nothing', ''],
    ['white space', ' \n\t '],
    ['words', 'the public key of Bitbucket'],
    ['Base64 of something else', Buffer.from('not a key').toString('base64')],
    ['Base64 that is cut', spki.slice(0, -40)],
    ['Base64 with characters that are none', `${spki.slice(0, 40)}*${spki.slice(40)}`],
    ['Base64 behind characters that are none', `*${spki}`],
    ['characters that are none behind Base64', `${spki}*`],
    ['too much padding', `${spki}===`],
    ['Base64 of a private key', pair.export({ type: 'pkcs8', format: 'der' }).toString('base64')],
    ['Base64 of a certificate without its lines', rsaCertificate.replace(/-----[A-Z ]+-----/g, '')],
    ['PEM without its end', pem.split('-----END')[0] ?? ''],
    ['PEM without its begin', pem.slice(10)],
    ['PEM with another end', pem.replace('END PUBLIC KEY', 'END CERTIFICATE')],
    ['PEM with an empty body', '-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----'],
    ['a certificate that is none', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'],
    ['a public key that is called a certificate', pem.replaceAll('PUBLIC KEY', 'CERTIFICATE')],
    ['a certificate that is called a public key', rsaCertificate.replaceAll('CERTIFICATE', 'PUBLIC KEY')],
    ['PKCS #1 that is called a public key', pkcs1.replaceAll('RSA PUBLIC KEY', 'PUBLIC KEY')],
    ['a request for a certificate', rsaCertificate.replaceAll('CERTIFICATE', 'CERTIFICATE REQUEST')],
    ['an OpenSSH key', 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ== bitbucket'],
  ];
  for (const [what, text] of garbage) {
    it(`refuses ${what}`, () => {
      const error = refusal(text);
      expect(error.code).to.equal('invalid_input');
      expect(error.status).to.equal(400);
      expect(error.message).to.equal(
        'This is neither an RSA public key in PEM or Base64 nor an X.509 certificate in PEM.',
      );
    });
  }

  it('keeps what the crypto library said for the log', () => {
    expect(refusal('AAAA').cause).to.be.instanceOf(Error);
  });

  it('reads at most 32768 characters', () => {
    const most = pem + ' '.repeat(32_768 - pem.length);
    expect(parsePublicKey(most).bits).to.equal(2048);
    const error = refusal(`${most} `);
    expect(error.code).to.equal('invalid_input');
    expect(error.message).to.equal('The text is too long. Paste one key or certificate.');
  });
});
