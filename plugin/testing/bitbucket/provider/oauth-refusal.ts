/** Problems that the stand-in reports as a provider: status, challenge and body (jenkins-integration.md A7, A8). */
import { encode, encodeParameters } from '../../base-string.js';
import type { Answer } from '../answer.js';

const statuses: Readonly<Record<number, readonly string[]>> = {
  400: [
    'version_rejected',
    'parameter_absent',
    'parameter_rejected',
    'timestamp_refused',
    'signature_method_rejected',
  ],
  401: [
    'nonce_used',
    'token_used',
    'token_expired',
    'token_revoked',
    'token_rejected',
    'token_not_authorized',
    'signature_invalid',
    'consumer_key_unknown',
    'consumer_key_rejected',
    'additional_authorization_required',
    'permission_unknown',
    'permission_denied',
  ],
  503: ['user_refused', 'consumer_key_refused'],
};

export function statusOf(problem: string): number {
  const entry = Object.entries(statuses).find(([, problems]) => problems.includes(problem));
  return entry ? Number(entry[0]) : 403;
}

export class OAuthRefusal extends Error {
  constructor(
    readonly problem: string,
    /** More `oauth_…` fields of the answer. */
    readonly fields: Readonly<Record<string, string>> = {},
  ) {
    super(problem);
  }
}

export const parameterAbsent = (name: string): OAuthRefusal =>
  new OAuthRefusal('parameter_absent', { oauth_parameters_absent: name });

/** Value of `WWW-Authenticate`; without fields it is the bare challenge. */
export function challenge(realm: string, fields: Readonly<Record<string, string>> = {}): string {
  const named = Object.entries(fields).map(([name, value]) => `, ${name}="${encode(value)}"`);
  return `OAuth realm="${encode(realm)}"${named.join('')}`;
}

const refusalFields = ({ problem, fields }: OAuthRefusal): Record<string, string> => ({
  oauth_problem: problem,
  ...fields,
});

/**
 * Signature and base string stay in the body here: the base string holds the token, and a spec that watches headers
 * for secrets could not tell the stand-in's from the kit's.
 */
export const challengeOf = (refusal: OAuthRefusal, realm: string): string =>
  challenge(
    realm,
    Object.fromEntries(
      Object.entries(refusalFields(refusal)).filter(([name]) => !name.startsWith('oauth_signature')),
    ),
  );

export function refusalAnswer(refusal: OAuthRefusal, realm: string): Answer {
  return {
    status: statusOf(refusal.problem),
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded;charset=UTF-8',
      'WWW-Authenticate': challengeOf(refusal, realm),
    },
    body: encodeParameters(Object.entries(refusalFields(refusal))),
  };
}
