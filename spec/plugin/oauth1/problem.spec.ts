import { expect } from 'chai';
import { OAuthProblem, problemStatus } from '../../../plugin/errors.js';
import type { ProblemCode } from '../../../plugin/errors.js';
import { parseAuthorization } from '../../../plugin/oauth1/authorization-header.js';
import { challenge, problemFields } from '../../../plugin/oauth1/problem.js';

describe('The challenge', () => {
  it('is bare without fields, with the realm percent-encoded', () => {
    expect(challenge('https://ci.example.test/ci')).to.equal(
      'OAuth realm="https%3A%2F%2Fci.example.test%2Fci"',
    );
  });

  it('names the problem and its other fields in their order', () => {
    const fields = problemFields(
      new OAuthProblem('timestamp_refused', { oauth_acceptable_timestamps: '1741082820-1741083420' }),
    );
    expect(fields).to.deep.equal({
      oauth_problem: 'timestamp_refused',
      oauth_acceptable_timestamps: '1741082820-1741083420',
    });
    expect(challenge('r', fields)).to.equal(
      'OAuth realm="r", oauth_problem="timestamp_refused", oauth_acceptable_timestamps="1741082820-1741083420"',
    );
  });

  it('has OAuth fields only', () => {
    const fields = { oauth_problem: 'token_rejected', reason: 'x', my_oauth_field: 'y', OAUTH_TOKEN: 'z' };
    expect(challenge('r', fields)).to.equal('OAuth realm="r", oauth_problem="token_rejected"');
  });

  it('encodes all that could close the quotes, end the line or begin another challenge', () => {
    const hostile = '", Basic realm="x\r\nSet-Cookie: a=b\0\\é,';
    const header = challenge(hostile, { oauth_problem_advice: hostile, 'oauth_"x\r\n': hostile });
    expect(header).to.match(/^OAuth realm="[\w.~%-]*"(, [\w.~%-]+="[\w.~%-]*")*$/);
    expect(parseAuthorization(header)).to.deep.equal([
      ['oauth_problem_advice', hostile],
      ['oauth_"x\r\n', hostile],
    ]);
  });

  it('begins with the scheme as Atlassian compares it, by case', () =>
    expect(challenge('')).to.match(/^OAuth /));

  for (const problem of Object.keys(problemStatus) as ProblemCode[]) {
    it(`carries ${problem}`, () => {
      expect(challenge('r', problemFields(new OAuthProblem(problem)))).to.equal(
        `OAuth realm="r", oauth_problem="${problem}"`,
      );
    });
  }

  it('never shows the reason', () => {
    const fields = problemFields(new OAuthProblem('signature_invalid', {}, { reason: 'private' }));
    expect(fields).to.deep.equal({ oauth_problem: 'signature_invalid' });
  });
});
