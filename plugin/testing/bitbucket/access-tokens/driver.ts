/** HTTP access tokens as a test makes and takes them away. */
import { randomBytes, randomInt } from 'node:crypto';
import type { StandInContext } from '../context.js';
import { scopeNames } from '../oauth2-provider/scopes.js';
import type { AccessToken } from './access-token.js';

export interface AccessTokenToCreate {
  user: string;
  /** `REPO_READ` unless told otherwise. */
  permissions?: readonly string[];
  name?: string;
  expiresAtMs?: number;
}

export interface AccessTokensDriver {
  /** Throws for an unknown user or permission. */
  create(token: AccessTokenToCreate): Readonly<AccessToken>;
  list(): readonly Readonly<AccessToken>[];
  revoke(id: string): void;
}

/** A number and a secret in Base64, as Bitbucket's look. */
const newToken = (id: string): string =>
  Buffer.concat([Buffer.from(`${id}:`), randomBytes(20)]).toString('base64');

export function createAccessTokensDriver({ accessTokens, state }: StandInContext): AccessTokensDriver {
  return {
    create: ({ user, permissions = ['REPO_READ'], name = 'for a script', expiresAtMs }) => {
      if (!state.users.has(user)) throw new Error(`The stand-in has no user ${user}.`);
      const unknown = permissions.find((permission) => !scopeNames(state.product).includes(permission));
      if (unknown !== undefined) throw new Error(`${unknown} is no permission of a token.`);
      const id = String(randomInt(10 ** 11, 10 ** 12));
      const made = { id, name, user, permissions, expiresAtMs, token: newToken(id), uses: 0 };
      accessTokens.set(made.token, made);
      return made;
    },
    list: () => [...accessTokens.values()],
    revoke: (id) => {
      for (const { id: known, token } of accessTokens.values()) if (known === id) accessTokens.delete(token);
    },
  };
}
