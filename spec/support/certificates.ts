/** Certificates for specs: an authority of our own, and servers' certificates by it, good and bad. */
import './reflect-metadata.js';
import { KeyObject, webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

export interface ServerCertificate {
  /** PEM. */
  cert: string;
  key: string;
}

export interface CertificateWish {
  /** Host name that the certificate is for. */
  name: string;
  notBefore?: Date;
  notAfter?: Date;
}

export interface Authority {
  /** PEM of its own certificate. */
  cert: string;
  issue(wish: CertificateWish): Promise<ServerCertificate>;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const day = 86_400_000;

const makeKeys = () => webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);

export async function createAuthority(name = 'Test authority'): Promise<Authority> {
  const keys = await makeKeys();
  const subject = `CN=${name}`;
  const validity = {
    notBefore: new Date(Date.now() - 400 * day),
    notAfter: new Date(Date.now() + 400 * day),
  };
  const root = await X509CertificateGenerator.createSelfSigned({
    ...validity,
    name: subject,
    keys,
    signingAlgorithm: algorithm,
    extensions: [new BasicConstraintsExtension(true, undefined, true)],
  });
  return {
    cert: root.toString('pem'),
    async issue({ name: host, notBefore, notAfter }) {
      const own = await makeKeys();
      const certificate = await X509CertificateGenerator.create({
        subject: `CN=${host}`,
        issuer: subject,
        notBefore: notBefore ?? new Date(Date.now() - day),
        notAfter: notAfter ?? new Date(Date.now() + day),
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: algorithm,
        extensions: [new SubjectAlternativeNameExtension([{ type: 'dns', value: host }])],
      });
      const key = KeyObject.from(own.privateKey).export({ type: 'pkcs8', format: 'pem' });
      return { cert: certificate.toString('pem'), key: key.toString() };
    },
  };
}
