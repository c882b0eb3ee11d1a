/**
 * Makes a client of OAuth 2.0 from checked input. Client id and secret are made here, never given: an id of 32 and a
 * secret of 64 hexadecimal digits, as Data Center products make them, so that no form of a peer refuses them (oauth2.md
 * 1.1, 2.8). Of the secret only a digest is kept; it has 256 bits, so nobody finds it by trying.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { Config } from '../../config.js';
import { InvalidInput } from '../../errors.js';
import { digest } from '../../store/digest.js';
import type { OAuth2Client } from '../../store/oauth2-client.js';
import { createClientSchemas, type ClientSchemas, type IsRedirectUri } from './client-input.js';

export interface MadeClient {
  client: OAuth2Client;
  /** What the administrator must see now or never; none for a public client. */
  secret: string | undefined;
}

export interface ClientFactory {
  readonly schemas: ClientSchemas;
  /** @throws InvalidInput */
  make: (fields: z.output<ClientSchemas['client']>) => MadeClient;
}

export function createClientFactory(config: Config, isRedirectUri: IsRedirectUri): ClientFactory {
  return {
    schemas: createClientSchemas(config, isRedirectUri),
    make: (fields) => {
      requireUsable(fields);
      const secret = fields.type === 'public' ? undefined : newSecret();
      const client: OAuth2Client = {
        id: randomUUID(),
        clientId: randomBytes(16).toString('hex'),
        secrets: secret === undefined ? [] : [{ digest: digest(secret), expiresAtMs: null }],
        ...fields,
        createdAtMs: config.clock(),
      };
      return { client, secret };
    },
  };
}

export const newSecret = (): string => randomBytes(32).toString('hex');

/** @throws InvalidInput when nobody could ever get a token by it */
export function requireUsable({
  type,
  redirectUris,
  allowClientCredentials,
}: Pick<OAuth2Client, 'type' | 'redirectUris' | 'allowClientCredentials'>): void {
  if (type === 'public' && allowClientCredentials)
    throw new InvalidInput({
      allowClientCredentials: ['A public client has no secret, so it cannot have tokens of its own.'],
    });
  if (redirectUris.length === 0 && !allowClientCredentials)
    throw new InvalidInput({ redirectUris: ['Enter at least one redirect URI; a placeholder will do.'] });
}
