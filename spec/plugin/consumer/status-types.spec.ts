/** Error types that Atlassian has too are in Atlassian's category (applinks-oauth1.md 3.4). */
import { expect } from 'chai';
import { findings } from '../../../plugin/consumer/status-types.js';

const categories = {
  UNKNOWN: 'UNKNOWN',
  REMOTE_VERSION_INCOMPATIBLE: 'INCOMPATIBLE',
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
  DISABLED: 'DISABLED',
} as const;

describe('The error type of a link', () => {
  for (const [type, category] of Object.entries(categories)) {
    it(`${type} is a ${category}, as at Atlassian`, () => {
      expect(findings).to.have.nested.property(`${type}.category`, category);
    });
  }

  for (const [type, { cause, cure }] of Object.entries(findings)) {
    it(`${type} has one sentence of cause and one of cure`, () => {
      for (const text of [cause, cure]) expect(text).to.match(/^(?:[A-Z]|\{peer\}).{10,}\.$/);
    });
  }
});
