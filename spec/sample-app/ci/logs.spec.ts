import { expect } from 'chai';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createLogs } from '../../../sample-app/ci/logs.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe('the log of a build', () => {
  const folder = temporaryFolder();
  const fileOf = (id: string): string => join(folder.path, `${id}.log`);
  const never = new AbortController().signal;

  it('is read by byte offset, by anyone who opens the folder again', async () => {
    await createLogs(fileOf).append('a', 'hello ');
    await createLogs(fileOf).append('a', Buffer.from('wörld'));
    const logs = createLogs(fileOf);
    expect((await logs.read('a', 6, 100)).toString()).to.equal('wörld');
    expect((await logs.read('a', 0, 5)).toString()).to.equal('hello');
    expect(await logs.size('a')).to.equal(12);
    expect((await logs.read('a', 500, 5)).length).to.equal(0);
  });

  it('is for its owner only', async () => {
    await createLogs(fileOf).append('b', 'x');
    expect((await stat(fileOf('b'))).mode & 0o777).to.equal(0o600);
  });

  it('is empty before the first line, and after it was removed', async () => {
    const logs = createLogs(fileOf);
    expect([await logs.size('c'), (await logs.read('c', 0, 10)).length]).to.deep.equal([0, 0]);
    await logs.append('c', 'x');
    await logs.remove('c');
    expect(await logs.size('c')).to.equal(0);
  });

  it('wakes those who wait for more, for its end, or not at all', async () => {
    const logs = createLogs(fileOf);
    const more = logs.change('d', 10_000, never);
    await logs.append('d', 'x');
    await more;
    const end = logs.change('d', 10_000, never);
    logs.ended('d');
    await end;
    const startedAtMs = Date.now();
    await logs.change('d', 20, never);
    expect(Date.now() - startedAtMs).to.be.within(15, 1000);
    await logs.change('d', 10_000, AbortSignal.abort());
  });
});
