/**
 * Asks a peer for its consumer key and public key (applinks-oauth1.md part 4; row b8). Whoever answers here can sign
 * as this peer from then on, so the document comes over the link's own RPC URL, is bounded and read strictly; the
 * caller shows the fingerprint and never overwrites another key without an administrator.
 */
import { ApplinksError } from '../errors.js';
import { findElement, readXml, type XmlElement } from '../http/xml.js';
import { badAnswer, mediaType, readAnswer, requireOk } from './peer-answer.js';
import { parsePeerKey, type PeerKey } from './peer-key.js';
import type { Transport } from './transport.js';

export interface ConsumerInfo {
  key: string;
  name: string;
  publicKey: PeerKey;
  description: string | undefined;
  /** Http or https; anything else that a peer sends here counts as none. */
  callback: string | undefined;
}

const maxBytes = 65_536;
const maxText = 255;
const maxDescription = 2000;
const what = 'a consumer info';

/** @throws PeerUnreachable; `bad_answer` for everything but a usable document with status 200. */
export async function fetchConsumerInfo(
  transport: Transport,
  rpcUrl: string,
  options: { signal?: AbortSignal } = {},
): Promise<ConsumerInfo> {
  const answer = await transport.request({
    url: `${rpcUrl.replace(/\/+$/, '')}/plugins/servlet/oauth/consumer-info`,
    headers: { accept: 'application/xml' },
    maxBytes,
    ...options,
  });
  requireOk(answer, what);
  if (!['application/xml', 'text/xml'].includes(mediaType(answer) ?? 'application/xml')) {
    throw badAnswer(answer, `did not answer with ${what} in XML`);
  }
  return readAnswer(answer, what, () => {
    const root = readXml(answer.body);
    return {
      key: requireText(root, 'key'),
      name: requireText(root, 'name'),
      publicKey: parsePeerKey(textOf(root, 'publicKey') ?? missing('publicKey')),
      description: textOf(root, 'description')
        ?.replace(/[\p{C}\s]+/gu, ' ')
        .slice(0, maxDescription),
      callback: readCallback(textOf(root, 'callback')),
    };
  });
}

function textOf(root: XmlElement, name: string): string | undefined {
  const text = findElement(root, name)?.text.trim();
  return text === '' ? undefined : text;
}

function requireText(root: XmlElement, name: string): string {
  const text = textOf(root, name) ?? missing(name);
  if (text.length <= maxText && !/\p{C}/u.test(text)) return text;
  throw new ApplinksError(
    'invalid_input',
    400,
    `Its ${name} is longer than ${maxText} characters or not printable.`,
  );
}

function missing(name: string): never {
  throw new ApplinksError('invalid_input', 400, `Its ${name} is missing.`);
}

function readCallback(text: string | undefined): string | undefined {
  if (text === undefined || text.length > 2048 || !URL.canParse(text)) return undefined;
  return /^https?:$/.test(new URL(text).protocol) ? text : undefined;
}
