import { expect } from 'chai';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { readScript } from '../../../sample-app/ci/script.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe('the script of a build', () => {
  const folder = temporaryFolder();
  const file = (): string => join(folder.path, 'ci.json');
  const read = (script: string | null = null) =>
    readScript({ script }, folder.path).catch((error: unknown) => (error as Error).message);

  afterEach(() => rm(file(), { recursive: true, force: true }));

  it('is the one of the job when it has one, whatever the repository holds', async () => {
    await writeFile(file(), '{ "script": ["from the repository"] }');
    expect(await read('from the job')).to.equal('from the job');
  });

  it('is read from ci.json, one command per line', async () => {
    await writeFile(file(), '{ "script": ["one", "two"], "later": true }');
    expect(await read()).to.equal('one\ntwo');
  });

  it('is missed when there is no ci.json', async () => {
    expect(await read()).to.equal('The repository has no ci.json: add one, or give the job a script.');
  });

  for (const text of [
    '{}',
    '[]',
    'null',
    '{"script":"x"}',
    '{"script":[]}',
    '{"script":[1]}',
    '{"script":[["x"]]}',
  ]) {
    it(`is not ${text}`, async () => {
      await writeFile(file(), text);
      expect(await read()).to.include('ci.json must look like');
    });
  }

  it('is not taken from broken JSON', async () => {
    await writeFile(file(), '{ "script": [');
    expect(await read()).to.equal('ci.json is not valid JSON.');
  });

  it('is not taken from a file of any size', async () => {
    await writeFile(file(), `{ "script": ["${'x'.repeat(70_000)}"] }`);
    expect(await read()).to.include('larger than');
  });

  it('is not read through a symbolic link', async () => {
    const target = join(folder.path, 'target.json');
    await writeFile(target, '{ "script": ["stolen"] }');
    await symlink(target, file());
    expect(await read()).to.equal('ci.json is not a plain file.');
  });

  it('is not a folder', async () => {
    await mkdir(file());
    expect(await read()).to.equal('ci.json is not a plain file.');
  });

  it('does not wait for a pipe', async () => {
    execFileSync('mkfifo', [file()]);
    expect(await read()).to.equal('ci.json is not a plain file.');
  });
});
