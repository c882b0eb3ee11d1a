import { expect } from 'chai';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkout, linkIntoProject } from './support/package-tarball.js';
import {
  buildThroughAClient,
  buildThroughALink,
  compileExamples,
  compileQuickStart,
  quickStart,
  runQuickStart,
  type RunningQuickStart,
} from './support/quick-start.js';

const documents = ['README.md', 'SECURITY.md', 'CHANGELOG.md'];

describe('the README', function () {
  this.timeout(60_000);

  it('has a quick start of at most 50 lines', () => {
    expect(quickStart().split('\n').length).to.be.below(51);
    expect(() => quickStart('# A README without one')).to.throw('no ```ts block');
  });

  it('names only scripts that there are', () => {
    const { scripts } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const text = readFileSync(join(checkout, 'README.md'), 'utf8');
    const named = [...text.matchAll(/npm (?:run )?(?!run\b|ci\b|install\b)([a-z:]+)/g)].map(
      ([, name = '']) => name,
    );
    expect(named).to.include.members(['start', 'test', 'demo', 'bench']);
    expect(named.filter((name) => !(name in scripts))).to.deep.equal([]);
  });

  for (const name of documents) {
    it(`and the files that ${name} points to exist`, () => {
      const text = readFileSync(join(checkout, name), 'utf8');
      const linked = [...text.matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)].map(([, path = '']) => path);
      const mentioned = [...text.matchAll(/`((?:plugin|sample-app|spec|scripts)\/[\w./-]*\w)`/g)].map(
        ([, path = '']) => path,
      );
      expect([...linked, ...mentioned].filter((path) => !existsSync(join(checkout, path)))).to.deep.equal([]);
    });
  }

  it('has examples that compile', async () => {
    const project = mkdtempSync(join(tmpdir(), 'applinks-examples-'));
    try {
      await linkIntoProject(project);
      expect(await compileExamples(project)).to.equal('');
    } finally {
      rmSync(project, { recursive: true, force: true });
    }
  });

  describe('has a quick start that', () => {
    let project: string;
    let running: RunningQuickStart;

    before(async () => {
      project = mkdtempSync(join(tmpdir(), 'applinks-quick-start-'));
      await linkIntoProject(project);
      expect(await compileQuickStart(project), 'compiles without a complaint').to.equal('');
      running = await runQuickStart(project);
    });

    after(async () => {
      await running.stop();
      rmSync(project, { recursive: true, force: true });
    });

    it('protects its route', async () => {
      const answer = await fetch(`${running.baseUrl}/api/builds`, { method: 'POST' });
      expect(answer.status).to.equal(401);
      expect(answer.headers.get('www-authenticate')).to.match(/^OAuth realm=/);
    });

    it('lets a link that its administrator has entered start a build as the user who consented', async () => {
      const answer = await buildThroughALink(running.baseUrl);
      expect(answer.text).to.equal('{"startedBy":"ana"}');
      expect(answer.status).to.equal(201);
    });

    it('lets a client of OAuth 2.0 do the same', async () => {
      const answer = await buildThroughAClient(running.baseUrl);
      expect(answer.text).to.equal('{"startedBy":"ana"}');
      expect(answer.status).to.equal(201);
    });

    it('keeps its data where it says', () => {
      expect(existsSync(join(project, 'applinks.db'))).to.equal(true);
    });
  });
});
