import { expect } from 'chai';
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openDataFolder } from '../../sample-app/data-folder.js';
import { StartupError } from '../../sample-app/startup-error.js';
import { temporaryFolder } from './support/temporary-folder.js';

describe('the data folder', () => {
  const folder = temporaryFolder();
  const path = (name: string): string => join(folder.path, name);
  const sentence = (name: string): string => {
    try {
      openDataFolder(path(name)).release();
      return 'opened';
    } catch (error) {
      expect(error).to.be.instanceOf(StartupError);
      return (error as Error).message;
    }
  };

  it('is made with its parents, for its owner only', async () => {
    const opened = openDataFolder(path('a/b/data'));
    opened.release();
    expect((await stat(path('a/b/data'))).mode & 0o777).to.equal(0o700);
    expect((await stat(path('a/b/data/secrets.json'))).mode & 0o777).to.equal(0o600);
    expect((await stat(path('a/b/data/server.lock'))).mode & 0o777).to.equal(0o600);
  });

  it('keeps its keys, and makes other keys elsewhere', () => {
    const secretsOf = (name: string) => {
      const opened = openDataFolder(path(name));
      opened.release();
      return opened.secrets;
    };
    const first = secretsOf('keys');
    expect(secretsOf('keys')).to.deep.equal(first);
    expect(secretsOf('other').encryption).not.to.deep.equal(first.encryption);
    expect(Buffer.from(first.encryption[0] ?? '', 'base64')).to.have.length(32);
  });

  it('takes rights to its keys away that were given too freely, and leaves a folder that was there as it was', async () => {
    openDataFolder(path('open')).release();
    await chmod(path('open'), 0o755);
    await chmod(path('open/secrets.json'), 0o644);
    openDataFolder(path('open')).release();
    expect((await stat(path('open'))).mode & 0o777).to.equal(0o755);
    expect((await stat(path('open/secrets.json'))).mode & 0o777).to.equal(0o600);
  });

  it('lets one server use it at a time', () => {
    const first = openDataFolder(path('one'));
    expect(sentence('one')).to.match(/^Another server is using the data folder .*: stop it, or set DATA_DIR/);
    first.release();
    expect(sentence('one')).to.equal('opened');
  });

  it('says what to do when a file is in its place', async () => {
    await writeFile(path('file'), '');
    expect(sentence('file')).to.match(/cannot be used \(.*file.*\): set DATA_DIR to a folder/);
    expect(sentence('file/inside')).to.match(/cannot be used \(a part of the path is a file\)/);
  });

  it('says what to do when the keys are damaged, and leaves them as they are', async () => {
    await mkdir(path('damaged'));
    for (const content of ['{', '{}', '{"encryption":[],"session":[],"serverId":"x"}']) {
      await writeFile(path('damaged/secrets.json'), content);
      expect(sentence('damaged'))
        .to.include('its content is damaged')
        .and.include('restore that file from a backup');
      expect(await readFile(path('damaged/secrets.json'), 'utf8')).to.equal(content);
    }
  });

  it('says what to do when it belongs to somebody else', async function () {
    if (process.getuid?.() === 0) this.skip();
    await mkdir(path('locked'), { mode: 0 });
    expect(sentence('locked/data')).to.include('permission denied');
    await chmod(path('locked'), 0o700);
  });
});
