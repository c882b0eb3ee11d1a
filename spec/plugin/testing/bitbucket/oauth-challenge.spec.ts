import { expect } from 'chai';
import { reportedProblem } from '../../../../plugin/testing/bitbucket/oauth-challenge.js';

describe('problem read out of WWW-Authenticate', () => {
  const read = (value: string, name = 'WWW-Authenticate') => reportedProblem([[name, value]]);

  it('decodes problem and advice', () => {
    expect(
      read('OAuth realm="x", oauth_problem="parameter_absent", oauth_problem_advice="send%20it"'),
    ).to.deep.equal({
      problem: 'parameter_absent',
      advice: 'send it',
    });
  });

  it('shows a malformed escape as it came', () => {
    expect(read('OAuth oauth_problem_advice="100%"')?.advice).to.equal('100%');
  });

  it('knows a challenge without a problem from no challenge', () => {
    expect(read('OAuth realm="x"')).to.deep.equal({ problem: undefined, advice: undefined });
    expect(reportedProblem([['Content-Type', 'text/plain']])).to.equal(undefined);
  });

  for (const [name, value] of [
    ['www-authenticate', 'OAuth oauth_problem="token_rejected"'],
    ['WWW-AUTHENTICATE', 'OAuth oauth_problem="token_rejected"'],
    ['WWW-Authenticate', 'oauth oauth_problem="token_rejected"'],
    ['WWW-Authenticate', 'Bearer, OAuth oauth_problem="token_rejected"'],
    ['WWW-Authenticate', ''],
  ] as const) {
    it(`overlooks ${name}: ${value || '(empty)'}`, () => {
      expect(read(value, name)).to.equal(undefined);
    });
  }
});
