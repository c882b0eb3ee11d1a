import { expect } from 'chai';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkout, compile, pack, unpackIntoProject, writeProject } from './support/package-tarball.js';

interface PackageJson {
  exports: Record<string, string | Record<string, string>>;
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
}

describe('the package', function () {
  this.timeout(60_000);
  const description = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')) as PackageJson;
  const entries = Object.entries(description.exports);
  let folder: string;
  let project: string;
  let files: string[];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'applinks-packaging-'));
    project = join(folder, 'project');
    const packed = await pack(folder);
    files = packed.files;
    await unpackIntoProject(project, join(folder, packed.name));
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  describe('holds', () => {
    it('the documents', () => {
      expect(files).to.include.members([
        'README.md',
        'LICENSE',
        'CHANGELOG.md',
        'SECURITY.md',
        'package.json',
      ]);
    });

    for (const source of ['plugin/views', 'plugin/public'].filter((name) =>
      existsSync(join(checkout, name)),
    )) {
      it(`everything of ${source}`, () => {
        const names = readdirSync(join(checkout, source), { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join('dist', entry.parentPath.slice(checkout.length + 1), entry.name));
        expect(names).to.not.be.empty;
        expect(names.filter((name) => !files.includes(name))).to.deep.equal([]);
      });
    }

    it('nothing else than plugin/ as it is built', () => {
      const known = /^(?:dist\/plugin\/|(?:README|CHANGELOG|SECURITY)\.md$|LICENSE$|package\.json$)/;
      expect(files.filter((file) => !known.test(file))).to.deep.equal([]);
      expect(
        files.filter((file) => /(?<!\.d)\.ts$|tsbuildinfo|\.spec\.|\.db|\.pem/.test(file)),
      ).to.deep.equal([]);
    });

    it('no code whose source is gone (if so, remove dist/ and build again)', () => {
      const sources = files
        .filter((file) => file.endsWith('.js') && !file.startsWith('dist/plugin/public/'))
        .map((file) => file.replace(/^dist\//, '').replace(/\.js$/, '.ts'));
      expect(sources.filter((source) => !existsSync(join(checkout, source)))).to.deep.equal([]);
    });
  });

  describe('is entered', () => {
    for (const [name, target] of entries) {
      it(`at ${name}, by a file that it holds, types first`, () => {
        const targets = typeof target === 'string' ? { default: target } : target;
        const conditions = Object.keys(targets);
        expect(conditions).to.deep.equal(typeof target === 'string' ? ['default'] : ['types', 'default']);
        expect(files).to.include.members(Object.values(targets).map((path) => path.replace(/^\.\//, '')));
      });
    }

    it('by import and by require()', async () => {
      const names = 'const names = (m) => Object.keys(m).sort().join();';
      await writeProject(project, {
        'import.mjs': `${names} import * as a from 'express-applinks'; import * as b from 'express-applinks/testing'; import * as c from 'express-applinks/bitbucket'; console.log(names(a), names(b), names(c));`,
        'require.cjs': `${names} console.log(names(require('express-applinks')), names(require('express-applinks/testing')), names(require('express-applinks/bitbucket')));`,
      });
      const said = ['import.mjs', 'require.cjs'].map((file) =>
        execFileSync(process.execPath, ['--no-warnings', file], { cwd: project, encoding: 'utf8' }),
      );
      expect(said[0]).to.include('createApplinks').and.include('signRequest').and.include('createBitbucket');
      expect(said[1]).to.equal(said[0]);
    });

    it('at no inner file', async () => {
      await writeProject(project, { 'inner.mjs': "import 'express-applinks/dist/plugin/errors.js';" });
      const { stderr } = spawnSync(process.execPath, ['inner.mjs'], { cwd: project, encoding: 'utf8' });
      expect(stderr).to.include('ERR_PACKAGE_PATH_NOT_EXPORTED');
    });
  });

  describe('is typed', () => {
    const publicApi = readFileSync(join(checkout, 'spec', 'types', 'public-api.ts'), 'utf8');

    it('for a project with nodenext', async () => {
      await writeProject(project, { 'public-api.ts': publicApi });
      expect(await compile(project)).to.equal('');
    });

    it('for a project with a bundler', async () => {
      await writeProject(
        project,
        { 'public-api.ts': publicApi },
        { module: 'esnext', moduleResolution: 'bundler' },
      );
      expect(await compile(project)).to.equal('');
    });

    it('so that a mistake is found', async () => {
      const mistake = publicApi.replace(/.*an event that there is not/, '');
      await writeProject(project, { 'mistake.ts': mistake });
      expect(await compile(project)).to.match(/mistake\.ts\(\d+,\d+\): error TS2345: .*access_token\.isued/);
    });
  });
});
