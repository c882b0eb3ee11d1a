import { expect } from 'chai';
import { jobName, variableName, variableValue } from '../../../sample-app/ci/names.js';

describe('names that come from outside', () => {
  for (const name of ['demo', 'a', 'A.b-c_1', 'x'.repeat(64)]) {
    it(`takes ${name} for a job`, () => expect(jobName.safeParse(name).success).to.equal(true));
  }
  for (const name of ['', '..', '.hidden', '-x', 'a/b', 'a b', 'ä', 'x'.repeat(65), 'a\nb', 'a%2fb']) {
    it(`does not take ${JSON.stringify(name)} for a job`, () =>
      expect(jobName.safeParse(name).success).to.equal(false));
  }
  for (const name of ['TARGET', '_x', 'PATHS', 'ci']) {
    it(`takes ${name} for a variable`, () => expect(variableName.safeParse(name).success).to.equal(true));
  }
  for (const name of [
    ...['', '1A', 'A-B', 'A=B', 'PATH', 'HOME', 'IFS', 'ENV', 'BASH_ENV', 'TMPDIR', 'CI', 'LANG'],
    ...[
      'LD_PRELOAD',
      'DYLD_INSERT_LIBRARIES',
      'GIT_SSH_COMMAND',
      'BUILD_NUMBER',
      'JOB_NAME',
      'APPLINKS_BUILD_COOKIE',
    ],
  ]) {
    it(`does not take ${JSON.stringify(name)} for a variable`, () =>
      expect(variableName.safeParse(name).success).to.equal(false));
  }
  it('bounds values and refuses a zero byte', () => {
    expect(variableValue.safeParse('x'.repeat(8192)).success).to.equal(true);
    expect(variableValue.safeParse('x'.repeat(8193)).success).to.equal(false);
    expect(variableValue.safeParse('a\0b').success).to.equal(false);
  });
});
