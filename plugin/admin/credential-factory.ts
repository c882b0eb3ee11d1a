/**
 * Makes and changes the credential of a consumer from checked input. A secret is generated with 256 bits unless one is
 * given, sealed at once, and told to the caller only this time; a public key is kept as it is.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { Context } from '../context.js';
import { ApplinksError, InvalidInput } from '../errors.js';
import { sealedPlace } from '../store/sealed-places.js';
import type { Credential } from '../store/store.js';
import type { LinkSchemas } from './link-input.js';

/** plugin/oauth1/public-key.ts, handed in: an administrator's pages know no protocol. @throws ApplinksError */
export type ParsePublicKey = (text: string) => { spki: string; bits: number };

export interface MadeCredential {
  credential: Credential;
  /** What the administrator must see now or never. */
  secret: string | undefined;
  warnings: string[];
}

type NewCredential = z.output<LinkSchemas['credential']>;
type ChangedCredential = z.output<LinkSchemas['credentialChange']>;

const comfortableKeyBits = 2048;

export function createCredentialFactory({ sealer, config }: Context, parsePublicKey: ParsePublicKey) {
  const seal = (secret: string, linkId: string, id: string): string =>
    sealer.seal(secret, sealedPlace.consumerSecret(linkId, id));

  const readKey = (text: string | undefined): { publicKey: string; warnings: string[] } => {
    if (!text?.trim()) throw new InvalidInput({ publicKey: ['Paste a public key or certificate.'] });
    try {
      const { spki, bits } = parsePublicKey(text);
      const warning = `This key has ${bits} bits. Ask the other side for one of ${comfortableKeyBits} bits or more.`;
      return { publicKey: spki, warnings: bits < comfortableKeyBits ? [warning] : [] };
    } catch (error) {
      if (!(error instanceof ApplinksError)) throw error;
      throw new InvalidInput({ publicKey: [error.message] });
    }
  };

  return {
    /** @throws InvalidInput */
    make: (
      linkId: string,
      { secret: given, publicKey, signatureMethod, ...rest }: NewCredential,
    ): MadeCredential => {
      requireFallback(rest.callbackUrl, rest.allowInsecureMissingCallback);
      rejectOtherKind(signatureMethod, { secret: given, publicKey });
      const base = { id: randomUUID(), createdAtMs: config.clock(), source: 'manual' as const, ...rest };
      if (signatureMethod === 'RSA-SHA1') {
        const { warnings, ...key } = readKey(publicKey);
        return {
          credential: { ...base, kind: 'oauth1-rsa', signatureMethod, offeredPublicKey: null, ...key },
          secret: undefined,
          warnings,
        };
      }
      const secret = given ?? generateSecret();
      const sealedSecret = seal(secret, linkId, base.id);
      return {
        credential: { ...base, kind: 'oauth1-hmac', signatureMethod, sealedSecret },
        secret,
        warnings: [],
      };
    },

    /** What is not mentioned stays as it is. @throws InvalidInput */
    change: (
      linkId: string,
      old: Credential,
      { secret, publicKey, ...rest }: ChangedCredential,
    ): MadeCredential => {
      const changed = { ...old, ...definedOnly(rest) };
      requireFallback(changed.callbackUrl, changed.allowInsecureMissingCallback);
      rejectOtherKind(old.signatureMethod, { secret, publicKey });
      if (changed.kind === 'oauth1-rsa') {
        if (publicKey === undefined) return { credential: changed, secret: undefined, warnings: [] };
        const { warnings, ...key } = readKey(publicKey);
        return { credential: { ...changed, ...key, offeredPublicKey: null }, secret: undefined, warnings };
      }
      if (secret === undefined) return { credential: changed, secret: undefined, warnings: [] };
      return { credential: { ...changed, sealedSecret: seal(secret, linkId, old.id) }, secret, warnings: [] };
    },
  };
}

/** A shared secret of 256 bits. */
export function generateSecret(): string {
  return randomBytes(32).toString('base64url');
}

function requireFallback(callbackUrl: string | null, isNeeded: boolean): void {
  if (!isNeeded || callbackUrl !== null) return;
  throw new InvalidInput({ callbackUrl: ['Enter the callback that is used when the consumer names none.'] });
}

/** What would be ignored is refused: somebody believes that it counts. */
function rejectOtherKind(
  method: Credential['signatureMethod'],
  { secret, publicKey }: { secret: string | undefined; publicKey: string | undefined },
): void {
  if (method === 'RSA-SHA1' && secret !== undefined) {
    throw new InvalidInput({
      secret: [`A consumer that signs with ${method} has a public key, no shared secret.`],
    });
  }
  if (method !== 'RSA-SHA1' && publicKey !== undefined) {
    throw new InvalidInput({
      publicKey: [`A consumer that signs with ${method} has a shared secret, no public key.`],
    });
  }
}

function definedOnly<T extends object>(changes: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
