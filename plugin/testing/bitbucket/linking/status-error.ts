/** The errors of a link's status (applinks-oauth1.md 3.4), and which of them a failed connection means. */
import { STATUS_CODES } from 'node:http';
import type { ReportedProblem } from '../oauth-challenge.js';

const categories = {
  UNKNOWN: 'UNKNOWN',
  NO_OUTGOING_AUTH: 'INCOMPATIBLE',
  REMOTE_VERSION_INCOMPATIBLE: 'INCOMPATIBLE',
  GENERIC_LINK: 'NON_ATLASSIAN',
  NON_ATLASSIAN: 'NON_ATLASSIAN',
  SYSTEM_LINK: 'SYSTEM',
  CONNECTION_REFUSED: 'NETWORK_ERROR',
  UNKNOWN_HOST: 'NETWORK_ERROR',
  SSL_UNTRUSTED: 'NETWORK_ERROR',
  SSL_HOSTNAME_UNMATCHED: 'NETWORK_ERROR',
  SSL_UNMATCHED: 'NETWORK_ERROR',
  OAUTH_TIMESTAMP_REFUSED: 'NETWORK_ERROR',
  OAUTH_SIGNATURE_INVALID: 'NETWORK_ERROR',
  OAUTH_PROBLEM: 'NETWORK_ERROR',
  UNEXPECTED_RESPONSE: 'NETWORK_ERROR',
  UNEXPECTED_RESPONSE_STATUS: 'NETWORK_ERROR',
  LOCAL_AUTH_TOKEN_REQUIRED: 'ACCESS_ERROR',
  REMOTE_AUTH_TOKEN_REQUIRED: 'ACCESS_ERROR',
  INSUFFICIENT_REMOTE_PERMISSION: 'ACCESS_ERROR',
  NO_REMOTE_APPLINK: 'CONFIG_ERROR',
  AUTH_LEVEL_MISMATCH: 'CONFIG_ERROR',
  AUTH_LEVEL_UNSUPPORTED: 'DEPRECATED',
  MANUAL_LEGACY_UPDATE: 'DEPRECATED',
  MANUAL_LEGACY_REMOVAL: 'DEPRECATED',
  DISABLED: 'DISABLED',
} as const;

export type StatusErrorType = keyof typeof categories;

/** Ends the evaluation of a status. */
export class StatusError extends Error {
  readonly category: (typeof categories)[StatusErrorType];

  constructor(
    readonly type: StatusErrorType,
    readonly details = '',
  ) {
    super(`${type} ${details}`.trim());
    this.category = categories[type];
  }
}

const hostnameMismatch = 'ERR_TLS_CERT_ALTNAME_INVALID';

/** Errors of node:http and node:https in the words of the original, which read Java's. */
export function networkError(error: unknown): StatusError {
  if (error instanceof StatusError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const message = error instanceof Error ? error.message : String(error);
  if (code === 'ECONNREFUSED') return new StatusError('CONNECTION_REFUSED', message);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return new StatusError('UNKNOWN_HOST', message);
  if (code === hostnameMismatch) return new StatusError('SSL_HOSTNAME_UNMATCHED', message);
  const isTls = /^(?:ERR_SSL|ERR_TLS|EPROTO|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|CERT_)/.test(code);
  if (isTls) return new StatusError('SSL_UNTRUSTED', message);
  if (/certificate/i.test(message)) return new StatusError('SSL_UNMATCHED', message);
  return new StatusError('UNKNOWN', message);
}

/** What an OAuth challenge without usable credentials means; undefined without a problem. */
export function challengeError(reported: ReportedProblem | undefined): StatusError | undefined {
  if (reported?.problem === undefined) return undefined;
  const { problem } = reported;
  if (problem === 'timestamp_refused') return new StatusError('OAUTH_TIMESTAMP_REFUSED', problem);
  if (problem === 'signature_invalid') return new StatusError('OAUTH_SIGNATURE_INVALID', problem);
  return new StatusError('OAUTH_PROBLEM', problem);
}

export const unexpectedStatus = (status: number): StatusError =>
  new StatusError('UNEXPECTED_RESPONSE_STATUS', `${status}: ${STATUS_CODES[status] ?? 'Unknown'}`);
