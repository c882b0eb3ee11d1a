/**
 * A token endpoint refused, in OAuth's form or another, with what it means for an administrator (oauth2.md part 7, row 19).
 * The peer's own text is shown as its words only: it is localised, and may be anything.
 */
import { PeerRefused, type PeerRefusal } from '../../errors.js';

export interface TokenRefusal extends PeerRefusal {
  /** Not OAuth's form but `{"errors":[…]}`: a failure of an Atlassian product, such as a lock. */
  isAtlassianError: boolean;
  retryAfterSeconds: number;
}

/** Cause and cure by OAuth's error code. */
const sentences: Readonly<Record<string, string>> = {
  invalid_client:
    'It does not accept our client ID and secret: the secret was reset, the redirect URI was removed, or the link was deleted there. Compare client ID, secret and redirect URI on both sides.',
  invalid_grant:
    'It no longer accepts the access that it gave: it was revoked, has expired, or belongs to another redirect URI. Connect the account again.',
  invalid_request:
    'It did not accept the request: the code had expired or was used already. Begin again; if that does not help, compare the settings on both sides.',
  invalid_scope: 'It allows less than we ask. Compare the scopes on both sides.',
  unauthorized_client:
    'It does not let this client do that. Allow it at the registration of the client there, or switch it off here.',
  unsupported_grant_type:
    'It does not issue tokens in this way. Switch off what needs it here: older versions issue none to a client itself.',
  temporarily_unavailable: 'It is overloaded or under maintenance. It is asked again later.',
  server_error: 'Something went wrong there. It is asked again later; its log says more.',
};

export class TokenRefused extends PeerRefused {
  readonly isAtlassianError: boolean;
  readonly retryAfterSeconds: number;

  constructor({ isAtlassianError, retryAfterSeconds, ...refusal }: TokenRefusal) {
    super({ ...refusal, explanation: explain(refusal) });
    this.isAtlassianError = isAtlassianError;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

function explain({ status, problem = '', advice }: PeerRefusal): string {
  const said = advice === undefined ? '' : ` It says: ${advice}`;
  const known = Object.hasOwn(sentences, problem) ? sentences[problem] : undefined;
  if (known !== undefined) return `${known}${said}`;
  if (status === 429) return 'It has had too many requests from us. It is asked again later.';
  if (status >= 500) return `Something went wrong there (status ${status}). It is asked again later.`;
  const what = problem === '' ? `status ${status}` : problem;
  return `It refused the token request (${what}). Compare the settings on both sides.${said}`;
}
