/**
 * Why does a known consumer's signature not match? An administrator of ours (nobody else) is told what we signed over:
 * the URL and the names of the parameters, and, when the signature fits another form of the URL, which one. That is the
 * commonest trouble behind a proxy: another scheme, port or path than `baseUrl` says. No secret and no value is kept.
 */
import type { Context } from '../context.js';
import { baseStringUri, signatureBaseString } from '../oauth1/base-string.js';
import type { Message } from '../oauth1/message.js';
import { verifySignature, type VerificationKey } from '../oauth1/signature.js';
import { createNoteKeeper } from '../store/note-keeper.js';
import type { Link } from '../store/store.js';

export type AdviseOnSignature = (link: Link, message: Message, key: VerificationKey) => void;

const mostNames = 50;

export function createSignatureAdvice({ store, config }: Context): AdviseOnSignature {
  const keep = createNoteKeeper({ store, config }, 'incoming_rejected');
  return (link, message, key) => {
    keep(link.id, () => ({
      method: message.method,
      url: baseStringUri(message.url),
      parameters: message.pairs.map(([name]) => name.slice(0, 100)).slice(0, mostNames),
      signedUrl: signedUrl(message, key, new URL(config.baseUrl).pathname.replace(/\/$/, '')) ?? null,
    }));
  };
}

/** The form of the URL over which the consumer has signed, if it is one of the usual ones. */
function signedUrl(message: Message, key: VerificationKey, contextPath: string): string | undefined {
  const signature = message.get('oauth_signature') ?? '';
  return variantsOf(new URL(message.url), contextPath)
    .map(({ href }) => href)
    .find((url) => verifySignature(signatureBaseString({ ...message, url }), signature, key));
}

function variantsOf(url: URL, contextPath: string): URL[] {
  const changed = (change: (copy: URL) => void): URL => {
    const copy = new URL(url);
    change(copy);
    return copy;
  };
  const otherScheme = url.protocol === 'https:' ? 'http:' : 'https:';
  const isBelow = contextPath !== '' && url.pathname.startsWith(contextPath);
  return [
    changed((copy) => (copy.protocol = otherScheme)),
    changed((copy) => (copy.port = '')),
    changed((copy) => {
      copy.port = '';
      copy.protocol = otherScheme;
    }),
    ...(isBelow ? [changed((copy) => (copy.pathname = url.pathname.slice(contextPath.length)))] : []),
    changed((copy) => (copy.pathname = url.pathname.replace(/\/{2,}/g, '/'))),
    changed((copy) => (copy.pathname = url.pathname.replace(/\/$/, ''))),
  ];
}
