/**
 * What may be stored in the record of an outgoing link (oauth2.md 1.1): one check per field, all errors at once. Nothing
 * is trusted because an administrator typed it; the endpoints decide where a secret is sent.
 */
import { providerTypes, type ClientConfig, type ProviderType, type WantedConfig } from './client-config.js';
import type { OAuth2ClientContext } from './context.js';
import { isSafeAddress } from './https-rule.js';
import { redirectUriSuffix } from './redirect-uri.js';

export type FieldErrors = Readonly<Record<string, readonly string[]>>;

export class InvalidConfig extends Error {
  override name = 'InvalidConfig';
  constructor(readonly fieldErrors: FieldErrors) {
    super(
      Object.entries(fieldErrors)
        .map(([field, errors]) => `${field}: ${errors.join(' ')}`)
        .join(' '),
    );
  }
}

type Check = (
  wanted: WantedConfig,
  context: OAuth2ClientContext,
  id: string | undefined,
) => string | undefined;

const maxLength = 255;
const tooLong = (value: string): string | undefined =>
  value.length > maxLength ? `This must not be longer than ${maxLength} characters.` : undefined;
const required = (value: string): string | undefined =>
  value.trim() === '' ? 'This must not be blank.' : tooLong(value);

function endpoint(url: string, { switches }: OAuth2ClientContext): string | undefined {
  const problem = required(url);
  if (problem) return problem;
  if (!/^[!-~]+$/.test(url) || !URL.canParse(url)) return 'This must be an absolute URL.';
  return isSafeAddress(url, switches) ? undefined : 'This must begin with https.';
}

export const isNameUnique = (
  { configs }: OAuth2ClientContext,
  name: string,
  id: string | undefined,
): boolean => ![...configs.values()].some((known) => known.name === name && known.id !== id);

const checks: Readonly<Record<string, Check>> = {
  type: ({ type }) => (providerTypeOf(type) ? undefined : 'This must be google, microsoft or generic.'),
  name: ({ name }, context, id) =>
    required(name) ?? (isNameUnique(context, name, id) ? undefined : 'Another link has this name.'),
  description: ({ description }) => tooLong(description),
  clientId: ({ clientId }) => required(clientId),
  clientSecret: ({ clientSecret }) => required(clientSecret),
  authorizationEndpoint: ({ authorizationEndpoint }, context) => endpoint(authorizationEndpoint, context),
  tokenEndpoint: ({ tokenEndpoint }, context) => endpoint(tokenEndpoint, context),
  scopes: ({ scopes }) => (orderedScopes(scopes).length > 0 ? undefined : 'Enter at least one scope.'),
  redirectUriSuffix: (wanted) =>
    wanted.redirectUriSuffix === redirectUriSuffix(wanted.authorizationEndpoint)
      ? undefined
      : 'This does not belong to the authorization endpoint.',
};

const providerTypeOf = (type: string): ProviderType | undefined =>
  providerTypes.find((known) => known === type.toLowerCase());

/** Without blanks and doubles. The bytes of UTF-8 are in the order of code points, UTF-16 is not. */
const orderedScopes = (scopes: readonly string[]): string[] =>
  [...new Set(scopes.filter((scope) => scope.trim() !== ''))].sort((one, other) =>
    Buffer.compare(Buffer.from(one), Buffer.from(other)),
  );

/** `id`: of the record that is changed. Throws InvalidConfig. */
export function checkedConfig(
  context: OAuth2ClientContext,
  wanted: WantedConfig,
  id: string | undefined,
): Omit<ClientConfig, 'id'> {
  const problems = Object.entries(checks).flatMap(([field, check]) => {
    const problem = check(wanted, context, id);
    return problem === undefined ? [] : [[field, [problem]] as const];
  });
  if (problems.length > 0) throw new InvalidConfig(Object.fromEntries(problems));
  const { name, description, clientId, clientSecret, authorizationEndpoint, tokenEndpoint } = wanted;
  const type = providerTypeOf(wanted.type) ?? 'generic';
  const scopes = orderedScopes(wanted.scopes);
  return { type, name, description, clientId, clientSecret, authorizationEndpoint, tokenEndpoint, scopes };
}
