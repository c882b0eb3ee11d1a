/** What a failed renewal means, row by row of oauth2.md part 7, rows 18 and 19. */
import { expect } from 'chai';
import { PeerUnreachable, type PeerUnreachableKind } from '../../../../plugin/errors.js';
import type { OAuth2Peer } from '../../../../plugin/consumer/oauth2/peer.js';
import { presets, type PresetName } from '../../../../plugin/consumer/oauth2/presets.js';
import { verdictOf } from '../../../../plugin/consumer/oauth2/refresh-verdict.js';
import { TokenRefused } from '../../../../plugin/consumer/oauth2/token-refused.js';

const peerOf = (name: PresetName): OAuth2Peer => ({
  preset: presets[name],
  clientId: 'client',
  clientSecret: 'secret',
  authorizeUrl: 'https://peer.example.test/authorize',
  tokenUrl: 'https://peer.example.test/token',
  revokeUrl: null,
  issuer: null,
  callBase: null,
  scopes: [],
  isIssAnnounced: false,
  usesPkce: true,
  authentication: 'client_secret_post',
});
const jwt = 'aaaa.bbbb.cccc';

describe('The verdict on a refresh that failed', () => {
  const refused = (status: number, problem?: string, isAtlassianError = false): TokenRefused =>
    new TokenRefused({ status, problem, isAtlassianError, retryAfterSeconds: 0 });
  const unreachable = (kind: PeerUnreachableKind, answerStatus?: number): PeerUnreachable =>
    new PeerUnreachable(kind, 'It failed.', answerStatus === undefined ? {} : { answerStatus });

  for (const [what, error, first, second] of [
    ['invalid_grant with 400', refused(400, 'invalid_grant'), 'lost', 'lost'],
    ['invalid_grant with 403', refused(403, 'invalid_grant'), 'lost', 'lost'],
    ['invalid_client', refused(401, 'invalid_client'), 'credentials', 'credentials'],
    ['unauthorized_client', refused(400, 'unauthorized_client'), 'credentials', 'credentials'],
    ['an unknown code', refused(400, 'strange'), 'temporary', 'temporary'],
    ['429', refused(429), 'temporary', 'temporary'],
    ['503', refused(503), 'temporary', 'temporary'],
    ['a lock there', refused(500, undefined, true), 'locked', 'temporary'],
    ['no answer in time', unreachable('timeout'), 'again', 'temporary'],
    ['a connection that broke', unreachable('connection_lost'), 'again', 'temporary'],
    ['half an answer', unreachable('bad_answer', 200), 'again', 'temporary'],
    ['a page of a proxy', unreachable('bad_answer', 404), 'temporary', 'temporary'],
    ['a redirect', unreachable('redirected', 302), 'temporary', 'temporary'],
    ['nobody there', unreachable('connection_refused'), 'temporary', 'temporary'],
  ] as const)
    it(`${what}: ${first}, after a second try ${second}`, () => {
      const verdicts = [false, true].map((isSecond) => verdictOf(error, peerOf('jira'), jwt, isSecond));
      expect(verdicts).to.deep.equal([first, second]);
    });

  it('500 to a token that is no JWT ends it at Data Center only', () => {
    const failure = refused(500, undefined, true);
    expect(verdictOf(failure, peerOf('jira'), 'opaque', true)).to.equal('lost');
    for (const other of ['jira-cloud', 'custom'] as const)
      expect(verdictOf(failure, peerOf(other), 'opaque', true), other).to.equal('temporary');
  });
});
