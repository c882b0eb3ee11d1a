import { expect } from 'chai';
import {
  ApplinksError,
  InvalidInput,
  OAuthChallenge,
  OAuthProblem,
  problemStatus,
  RateLimited,
} from '../../plugin/errors.js';
import type { ProblemCode } from '../../plugin/errors.js';

/** jenkins-integration.md A8, written out once more. */
const codesByStatus: Record<number, string[]> = {
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

describe('OAuth problems', () => {
  for (const [status, codes] of Object.entries(codesByStatus)) {
    for (const code of codes) {
      it(`${code} is answered with ${status}`, () => {
        const problem = new OAuthProblem(code as ProblemCode);
        expect(problem.status).to.equal(Number(status));
        expect(problem.problem).to.equal(code);
        expect(problem.code).to.equal('oauth_problem');
        expect(problem.message).to.equal(code);
        expect(problem.fields).to.deep.equal({});
      });
    }
  }

  it('are these and no others', () => {
    expect(Object.keys(problemStatus)).to.have.members(Object.values(codesByStatus).flat());
  });

  it('have the advice for a message, and a reason apart from it', () => {
    const fields = { oauth_parameters_rejected: 'oauth_callback', oauth_problem_advice: 'Use https.' };
    const problem = new OAuthProblem('parameter_rejected', fields, { reason: 'private' });
    expect(problem.message).to.equal('Use https.');
    expect(problem.fields).to.deep.equal(fields);
    expect(problem.reason).to.equal('private');
  });
});

describe('Errors of the kit', () => {
  it('carry code, status, name and cause', () => {
    const cause = new Error('x');
    const error = new ApplinksError('conflict', 409, 'Taken.', { cause, reason: 'private' });
    expect(error).to.be.instanceOf(Error);
    expect([error.code, error.status, error.message, error.name, error.cause, error.reason]).to.deep.equal([
      'conflict',
      409,
      'Taken.',
      'ApplinksError',
      cause,
      'private',
    ]);
  });

  it('have no cause when there is none', () => {
    expect('cause' in new ApplinksError('conflict', 409, 'Taken.')).to.equal(false);
    expect(new ApplinksError('conflict', 409, 'Taken.').reason).to.equal(undefined);
  });

  it('are named after their class', () => {
    const errors = [
      new InvalidInput({}),
      new OAuthProblem('nonce_used'),
      new OAuthChallenge(),
      new RateLimited(7),
    ];
    expect(errors.map(({ name }) => name)).to.deep.equal([
      'InvalidInput',
      'OAuthProblem',
      'OAuthChallenge',
      'RateLimited',
    ]);
    expect(errors.map(({ status }) => status)).to.deep.equal([400, 401, 401, 429]);
  });

  it('say all that is wrong with the input, and when to try again', () => {
    const fields = { key: ['Too long.', 'Taken.'], callback: ['Not a URL.'] };
    expect(new InvalidInput(fields).message).to.equal('Too long. Taken. Not a URL.');
    expect(new InvalidInput(fields).fields).to.deep.equal(fields);
    expect(new RateLimited(7).message).to.equal('Too many failed attempts. Try again in 7 seconds.');
    expect(new RateLimited(7).retryAfterSeconds).to.equal(7);
  });
});
