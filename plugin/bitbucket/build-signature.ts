/**
 * The signature of a build status (jenkins-integration.md C6): SHA256withRSA over key, ref, state and url, one after the
 * other without a separator. Where one field ends and the next begins is not signed, so a verifier must not take the
 * signature as a proof of that.
 */
import { sign, type KeyObject } from 'node:crypto';

export interface SignedFields {
  key: string;
  ref?: string | undefined;
  state: string;
  url: string;
}

export function signatureHeaders(
  baseUrl: string,
  privateKey: KeyObject,
  { key, ref = '', state, url }: SignedFields,
): Record<string, string> {
  return {
    'base-url': baseUrl,
    'bbs-signature-algorithm': 'SHA256withRSA',
    'bbs-signature': sign('sha256', Buffer.from(key + ref + state + url), privateKey).toString('base64'),
  };
}
