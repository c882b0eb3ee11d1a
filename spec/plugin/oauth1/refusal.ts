/** Runs what must be refused, and returns the problem; anything else that is thrown is a failure of the spec. */
import { expect } from 'chai';
import { OAuthProblem } from '../../../plugin/errors.js';

export function refusal(run: () => unknown): OAuthProblem {
  try {
    run();
  } catch (error) {
    expect(error).to.be.instanceOf(OAuthProblem);
    return error as OAuthProblem;
  }
  return expect.fail('it was accepted');
}
