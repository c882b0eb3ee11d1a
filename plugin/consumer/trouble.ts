/** What a failed call means for a link, in the words of status-types.ts, with what the peer said. */
import { ApplinksError, PeerRefused, PeerUnreachable } from '../errors.js';
import type { Logger } from '../logger.js';
import { Found, type StatusType } from './status-types.js';

export interface Trouble {
  type: StatusType;
  answer?: string | undefined;
}

const byKind: Readonly<Record<PeerUnreachable['kind'], StatusType>> = {
  address_refused: 'ADDRESS_REFUSED',
  unknown_host: 'UNKNOWN_HOST',
  connection_refused: 'CONNECTION_REFUSED',
  timeout: 'TIMEOUT',
  tls_untrusted: 'SSL_UNTRUSTED',
  tls_expired: 'SSL_UNTRUSTED',
  tls_hostname_mismatch: 'SSL_HOSTNAME_UNMATCHED',
  tls_error: 'SSL_UNMATCHED',
  redirected: 'REDIRECTED',
  too_large: 'UNEXPECTED_RESPONSE',
  connection_lost: 'CONNECTION_LOST',
  bad_answer: 'UNEXPECTED_RESPONSE',
};

const byProblem: Readonly<Record<string, StatusType>> = {
  timestamp_refused: 'OAUTH_TIMESTAMP_REFUSED',
  signature_invalid: 'OAUTH_SIGNATURE_INVALID',
  consumer_key_unknown: 'CONSUMER_UNKNOWN',
  invalid_client: 'OAUTH2_CLIENT_REFUSED',
  unauthorized_client: 'OAUTH2_PROBLEM',
  unsupported_grant_type: 'OAUTH2_PROBLEM',
  invalid_scope: 'OAUTH2_PROBLEM',
  invalid_request: 'OAUTH2_PROBLEM',
  anonymous: 'OAUTH2_ANONYMOUS',
};

export function troubleOf(error: unknown, logger: Logger): Trouble {
  if (error instanceof Found) return error.trouble;
  if (error instanceof PeerUnreachable)
    return { type: byKind[error.kind], answer: error.answer ?? error.message };
  if (error instanceof PeerRefused) {
    const type = byProblem[error.problem ?? ''] ?? 'OAUTH_PROBLEM';
    const said = [error.problem, error.advice, error.acceptableTimestamps].filter(Boolean).join(', ');
    return { type, answer: said === '' ? error.excerpt : said };
  }
  logger.error({ err: error }, 'express-applinks: the test of a link failed');
  return { type: 'UNKNOWN', answer: error instanceof ApplinksError ? error.message : undefined };
}
