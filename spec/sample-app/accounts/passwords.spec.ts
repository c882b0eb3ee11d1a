import { expect } from 'chai';
import { hashPassword, isPasswordRight } from '../../../sample-app/accounts/passwords.js';

describe('passwords at rest', () => {
  it('are recognised by their hash, which is another one each time', async () => {
    const [one, two] = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse')]);
    expect(one).not.to.equal(two).and.not.to.include('correct');
    expect(await isPasswordRight('correct horse', one)).to.equal(true);
    expect(await isPasswordRight('correct horsf', one)).to.equal(false);
    expect(await isPasswordRight('', one)).to.equal(false);
  });

  it('are the same however a keyboard composes an umlaut', async () => {
    expect(await isPasswordRight('sch\u00f6n1234', await hashPassword('scho\u0308n1234'))).to.equal(true);
  });

  it('take as long for an unknown user as for a known one', async () => {
    const hash = await hashPassword('correct horse');
    const measure = async (stored: string | undefined): Promise<number> => {
      const startedAtMs = performance.now();
      await isPasswordRight('wrong', stored);
      return performance.now() - startedAtMs;
    };
    const known = await measure(hash);
    const unknown = await measure(undefined);
    expect(unknown).to.be.within(known / 4, known * 4);
    expect(await isPasswordRight('wrong', undefined)).to.equal(false);
  });
});
