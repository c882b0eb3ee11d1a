/**
 * Every error that the kit raises on purpose, each with a stable `code` to switch on. The message is for the
 * client or an administrator and tells what to do; `reason` is private and goes to log and event only (rule 7),
 * so that an attacker learns the protocol's code and nothing more.
 */

/** Problem codes of the OAuth Problem Reporting extension with their HTTP status (jenkins-integration.md A8). */
export const problemStatus = {
  version_rejected: 400,
  parameter_absent: 400,
  parameter_rejected: 400,
  timestamp_refused: 400,
  signature_method_rejected: 400,
  nonce_used: 401,
  token_used: 401,
  token_expired: 401,
  token_revoked: 401,
  token_rejected: 401,
  token_not_authorized: 401,
  signature_invalid: 401,
  consumer_key_unknown: 401,
  consumer_key_rejected: 401,
  additional_authorization_required: 401,
  permission_unknown: 401,
  permission_denied: 401,
  user_refused: 503,
  consumer_key_refused: 503,
} as const;

export type ProblemCode = keyof typeof problemStatus;

export type ErrorCode =
  | 'invalid_options'
  | 'internal_error'
  | 'not_found'
  | 'login_required'
  | 'forbidden'
  | 'csrf_rejected'
  | 'invalid_input'
  | 'conflict'
  | 'rate_limited'
  | 'raw_body_unavailable'
  | 'payload_too_large'
  | 'unsupported_media_type'
  | 'outside_mount_path'
  | 'consumer_key_changed'
  | 'consumer_key_taken'
  | 'link_exists'
  | 'not_connectable'
  | 'linking_failed'
  | 'peer_refused'
  | 'webhook_rejected'
  | 'credentials_required'
  | 'encryption_key_missing'
  | 'sealed_value_damaged'
  | 'store_unavailable'
  | 'peer_unreachable'
  | 'database_too_new'
  | 'oauth_problem'
  | 'oauth_challenge'
  | 'oauth2_error';

export interface ErrorDetails {
  /** Private explanation for log and event; never sent to the client. */
  reason?: string;
  cause?: unknown;
}

/** Base of all errors of the kit. `status` is the HTTP status that the edge answers with. */
export class ApplinksError extends Error {
  readonly reason: string | undefined;

  constructor(
    readonly code: ErrorCode,
    readonly status: number,
    message: string,
    details: ErrorDetails = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.reason = details.reason;
  }
}

/** Field errors of a form or JSON body: field name → sentences shown at that field. Status 400. */
export class InvalidInput extends ApplinksError {
  constructor(readonly fields: Readonly<Record<string, readonly string[]>>) {
    super('invalid_input', 400, Object.values(fields).flat().join(' '));
  }
}

/**
 * An OAuth 1.0a refusal that is reported with `oauth_problem`.
 * `fields` are the extension's extra fields, for example `oauth_parameters_absent`.
 */
export class OAuthProblem extends ApplinksError {
  constructor(
    readonly problem: ProblemCode,
    readonly fields: Readonly<Record<string, string>> = {},
    details: ErrorDetails = {},
  ) {
    super('oauth_problem', problemStatus[problem], fields.oauth_problem_advice ?? problem, details);
  }
}

/** 401 with a bare `OAuth realm="…"` challenge and an empty body: no or unusable credentials, level switched off. */
export class OAuthChallenge extends ApplinksError {
  constructor(details: ErrorDetails = {}) {
    super('oauth_challenge', 401, 'OAuth 1.0a credentials are required.', details);
  }
}

/** 401 that offers both schemes: the request came without any credentials. */
export class CredentialsMissing extends OAuthChallenge {}

/** Too many failures from one consumer and address. */
export class RateLimited extends ApplinksError {
  constructor(readonly retryAfterSeconds: number) {
    super('rate_limited', 429, `Too many failed attempts. Try again in ${retryAfterSeconds} seconds.`);
  }
}

export interface PeerRefusal {
  /** HTTP status of the peer's answer. */
  status: number;
  /** `oauth_problem` of its challenge. */
  problem?: string | undefined;
  advice?: string | undefined;
  /** `oauth_acceptable_timestamps`, when its clock differs from ours. */
  acceptableTimestamps?: string | undefined;
  /** Readable beginning of its body. */
  excerpt?: string | undefined;
  /** One sentence of cause and one of cure, where they are known. */
  explanation?: string | undefined;
}

/** A peer answered, but not what it was asked for. Status 502; what it said is for administrators. */
export class PeerRefused extends ApplinksError {
  readonly problem: string | undefined;
  readonly advice: string | undefined;
  readonly acceptableTimestamps: string | undefined;
  readonly excerpt: string | undefined;
  readonly peerStatus: number;

  constructor({ status, problem, advice, acceptableTimestamps, excerpt, explanation }: PeerRefusal) {
    const said = [problem, advice].filter((part) => part !== undefined && part !== '').join(': ');
    super(
      'peer_refused',
      502,
      explanation ?? `The other application refused the request (${said || `HTTP status ${status}`}).`,
    );
    this.peerStatus = status;
    this.problem = problem;
    this.advice = advice;
    this.acceptableTimestamps = acceptableTimestamps;
    this.excerpt = excerpt;
  }
}

/** This user has not connected their account at the peer, or must do so again: send them to `connectUrl`. */
export class CredentialsRequired extends ApplinksError {
  constructor(
    readonly linkId: string,
    /** Absolute URL of our page that begins the authorisation. */
    readonly connectUrl: string,
    applicationName: string,
    /** What the user's account there must allow as well, when it is connected but allows too little (OAuth 2.0). */
    readonly scopes: readonly string[] = [],
  ) {
    const what =
      scopes.length === 0
        ? `Connect your account at ${applicationName} first`
        : `More access is needed at ${applicationName} (${scopes.join(', ')}). Connect your account again`;
    super('credentials_required', 401, `${what}: ${connectUrl}`);
  }
}

/** Why a peer could not be asked, or gave nothing that can be used (applinks-oauth1.md 3.4, category NETWORK_ERROR). */
export type PeerUnreachableKind =
  | 'address_refused'
  | 'unknown_host'
  | 'connection_refused'
  | 'timeout'
  | 'tls_untrusted'
  | 'tls_expired'
  | 'tls_hostname_mismatch'
  | 'tls_error'
  | 'redirected'
  | 'too_large'
  | 'connection_lost'
  | 'bad_answer';

export interface PeerUnreachableDetails extends ErrorDetails {
  /** For `redirected`: scheme, host and path to which the peer pointed, without query. */
  location?: string;
  /** The peer's own answer, shortened and cleaned, for the administrator to read. */
  answer?: string;
  /** HTTP status of the answer that could not be used. */
  answerStatus?: number;
}

/** A call to a peer failed. The message is one sentence of cause and one of cure, without any secret. */
export class PeerUnreachable extends ApplinksError {
  readonly location: string | undefined;
  readonly answer: string | undefined;
  readonly answerStatus: number | undefined;

  constructor(
    readonly kind: PeerUnreachableKind,
    message: string,
    details: PeerUnreachableDetails = {},
  ) {
    super('peer_unreachable', 502, message, details);
    this.location = details.location;
    this.answer = details.answer;
    this.answerStatus = details.answerStatus;
  }
}

export interface LeftBehind {
  what: string;
  /** Address of the page where it can be removed. */
  where: string;
}

/** Making a link failed on the way. What had been made is undone, except for what `left` lists. */
export class LinkingFailed extends ApplinksError {
  constructor(
    /** What was being done, such as "creating the link there". */
    readonly step: string,
    cause: unknown,
    readonly left: readonly LeftBehind[],
  ) {
    const why =
      cause instanceof ApplinksError ? cause.message : 'Something went wrong here; the log says more.';
    super('linking_failed', cause instanceof ApplinksError ? cause.status : 500, why, { cause });
  }
}
