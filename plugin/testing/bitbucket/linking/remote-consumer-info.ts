/**
 * Reads the other side's consumer-info as the peer does (applinks-oauth1.md part 4): anonymous, exactly 200, exactly
 * `application/xml` or no content type, elements by unprefixed name anywhere, and a public key that is an X.509
 * SubjectPublicKeyInfo, neither PKCS#1 nor a certificate.
 */
import { headerOf } from '../../http-exchange.js';
import type { StandInContext } from '../context.js';
import { readPublicKey } from '../public-key.js';
import { below } from './manifest-download.js';
import { firstNamed, readXml } from './xml-reader.js';

export interface RemoteConsumer {
  key: string;
  name: string;
  /** Bare Base64 of the SubjectPublicKeyInfo. */
  publicKey: string;
  description: string | undefined;
  callback: string | undefined;
}

/** The consumer, or a sentence that says what is wrong with the document. */
export function parseConsumerInfo(contentType: string | undefined, body: string): RemoteConsumer | string {
  if (contentType !== undefined && !/^application\/xml/i.test(contentType)) {
    return `The consumer information has the content type ${contentType} instead of application/xml.`;
  }
  const root = readXml(body);
  if (!root) return 'The consumer information is not a readable XML document.';
  const value = (name: string): string | undefined => firstNamed(root, name)?.text.trim();
  const [key, name, publicKeyText, callback] = ['key', 'name', 'publicKey', 'callback'].map(value);
  if (!key || !name || !publicKeyText) return 'The consumer information lacks key, name or publicKey.';
  const publicKey = readPublicKey(publicKeyText);
  if (!publicKey) return 'The public key is not an RSA key as X.509 SubjectPublicKeyInfo in Base64.';
  if (callback !== undefined && /[\s<>"\\^`{|}]/.test(callback)) return 'The callback is not a URI.';
  return { key, name, publicKey, description: value('description'), callback };
}

/** The consumer, or a sentence that says why there is none. */
export async function fetchConsumerInfo(
  context: Pick<StandInContext, 'send'>,
  rpcUrl: string,
): Promise<RemoteConsumer | string> {
  const url = below(rpcUrl, 'plugins/servlet/oauth/consumer-info');
  try {
    const answer = await context.send({ method: 'GET', url, headers: { Accept: 'application/xml' } });
    if (answer.status !== 200) return `The consumer information was answered ${answer.status}.`;
    return parseConsumerInfo(headerOf(answer, 'content-type'), answer.body);
  } catch (error) {
    return `The consumer information could not be fetched: ${error instanceof Error ? error.message : String(error)}.`;
  }
}
