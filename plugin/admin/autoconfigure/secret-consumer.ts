/** A consumer by shared secret, with the addresses that its peer is told: absolute, so that no context path is lost (5.1). */
import { randomInt } from 'node:crypto';
import type { Config } from '../../config.js';
import type { Link } from '../../store/store.js';
import type { LinkService } from '../link-service.js';
import type { ManualOutgoing } from './peer-administration.js';

export interface SecretConsumer {
  link: Link;
  consumer: ManualOutgoing;
}

export async function addSecretConsumer(
  links: LinkService,
  { baseUrl }: Pick<Config, 'baseUrl'>,
  linkId: string,
  by: string,
): Promise<SecretConsumer> {
  const { type } = await links.get(linkId);
  const key = `${type}-${Array.from({ length: 10 }, () => randomInt(10)).join('')}`;
  const { link, secrets } = await links.addCredential(linkId, { key, signatureMethod: 'HMAC-SHA1' }, by);
  const made = link.incoming.find((credential) => credential.key === key);
  const oauth = `${baseUrl}/plugins/servlet/oauth`;
  const consumer = {
    key,
    sharedSecret: secrets[made?.id ?? ''] ?? '',
    requestTokenUrl: `${oauth}/request-token`,
    accessTokenUrl: `${oauth}/access-token`,
    authorizeUrl: `${oauth}/authorize`,
  };
  return { link, consumer };
}
