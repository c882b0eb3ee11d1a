/**
 * Checks a signed status with the public key of the link it claims to come from (jenkins-integration.md C6). The fields are signed
 * without separators, so a valid signature says who, and not where one field ends and the next begins.
 */
import { verify } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { StandInContext } from '../context.js';
import { publicKeyOf } from '../public-key.js';
import type { BuildStatus, StatusSignature } from './build-status.js';

const headerOf = (headers: IncomingHttpHeaders, name: string): string | undefined =>
  [headers[name]].flat()[0];

function keyOf({ state }: StandInContext, baseUrl: string | undefined): string | undefined {
  const wanted = baseUrl?.replace(/\/+$/, '');
  const link = [...state.links.values()].find(
    ({ displayUrl, rpcUrl }) => displayUrl === wanted || rpcUrl === wanted,
  );
  return state.consumers.get(link?.incomingKey ?? '')?.publicKey;
}

export function signatureOf(
  context: StandInContext,
  headers: IncomingHttpHeaders,
  { key, ref = '', state, url }: Pick<BuildStatus, 'key' | 'ref' | 'state' | 'url'>,
): StatusSignature {
  const baseUrl = headerOf(headers, 'base-url');
  const algorithm = headerOf(headers, 'bbs-signature-algorithm');
  const value = headerOf(headers, 'bbs-signature');
  const publicKey = keyOf(context, baseUrl);
  const isChecked = value !== undefined && algorithm === 'SHA256withRSA' && publicKey !== undefined;
  const signed = Buffer.from(key + ref + state + url);
  const isValid = isChecked
    ? verify('sha256', signed, publicKeyOf(publicKey), Buffer.from(value, 'base64'))
    : undefined;
  return { baseUrl, algorithm, value, isValid };
}
