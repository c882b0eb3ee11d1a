/**
 * Consumer info (applinks-oauth1.md part 4): our consumer key and public key, which a peer fetches when it is to trust
 * us. It is open to everybody; a peer refuses anything but 200 and `application/xml`.
 */
import type { Endpoint } from '../http/handler.js';
import type { Config } from '../config.js';
import type { Identity } from '../store/identity.js';
import type { SigningKeys } from '../store/signing-keys.js';
import { writeXml } from '../http/write-xml.js';

export const consumerInfoPath = '/plugins/servlet/oauth/consumer-info';

export function serveConsumerInfo(
  { application, baseUrl }: Pick<Config, 'application' | 'baseUrl'>,
  { consumerKey }: Identity,
  keys: Pick<SigningKeys, 'current'>,
): Endpoint {
  return async (_req, res) => {
    const { publicKey } = await keys.current();
    res.setHeader('Cache-Control', 'no-cache');
    res.setHeader('X-Content-Type-Options', 'nosniff');
    res.type('application/xml').send(
      writeXml('consumer', [
        ['key', consumerKey],
        ['name', application.name],
        ['publicKey', publicKey],
        ['description', `${application.name} at ${baseUrl}`],
      ]),
    );
  };
}
