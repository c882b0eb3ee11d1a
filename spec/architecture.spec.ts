import { expect } from 'chai';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { importRules, importViolations, sourceFiles } from './support/import-rules.js';
import { sourceRules, sourceViolations } from './support/source-rules.js';

const root = join(import.meta.dirname, '..', '..');

describe('the architecture', function () {
  this.timeout(60_000);

  it('has only the imports that the design allows', async () => {
    const violations = await importViolations(root);
    expect(violations.map(({ rule, from, to }) => `${from} → ${to}: ${rule}`)).to.deep.equal([]);
  });

  it('has only files that keep the rules of the design', () => {
    const folders = ['plugin', 'sample-app', 'scripts', 'spec'].filter((folder) =>
      existsSync(join(root, folder)),
    );
    const files = folders.flatMap((folder) => sourceFiles(root, folder));
    expect(files).to.include('plugin/applinks.ts').and.to.include('spec/architecture.spec.ts');
    expect(
      files.flatMap((file) => sourceViolations(file, readFileSync(join(root, file), 'utf8'))),
    ).to.deep.equal([]);
  });

  describe('is held by import rules, each of which finds', () => {
    /** Rule → a tree of files that breaks it, and nothing else. */
    const offences: Record<string, Record<string, string>> = {
      'plugin/oauth1 keeps to its row': {
        'plugin/oauth1/sign.ts': "import '../logger.js';",
        'plugin/logger.ts': 'export {};',
      },
      'plugin/oauth2 keeps to its row': {
        'plugin/oauth2/pkce.ts': "import '../oauth1/encoding.js';",
        'plugin/oauth1/encoding.ts': 'export {};',
      },
      'plugin/store keeps to its row': {
        'plugin/store/memory.ts': "import type { Message } from '../oauth1/message.js';",
        'plugin/oauth1/message.ts': 'export interface Message { url: string }',
      },
      'plugin/http keeps to its row': {
        'plugin/http/handler.ts': "import '../oauth1/signature.js';",
        'plugin/oauth1/signature.ts': 'export {};',
      },
      'plugin/provider keeps to its row': {
        'plugin/provider/token.ts': "import '../store/memory.js';",
        'plugin/store/memory.ts': 'export {};',
      },
      'plugin/consumer keeps to its row': {
        'plugin/consumer/connect.ts': "import '../provider/nonce.js';",
        'plugin/provider/nonce.ts': 'export {};',
      },
      'plugin/admin keeps to its row': {
        'plugin/admin/pages.ts': "import '../provider/nonce.js';",
        'plugin/provider/nonce.ts': 'export {};',
      },
      'plugin/bitbucket keeps to its row': {
        'plugin/bitbucket/webhooks.ts': "import '../oauth1/encoding.js';",
        'plugin/oauth1/encoding.ts': 'export {};',
      },
      'plugin/testing keeps to its row': {
        'plugin/testing/index.ts': "import { sign } from '../oauth1/sign.js'; sign();",
        'plugin/oauth1/sign.ts': 'export function sign(): void {}',
      },
      'every folder of plugin/ has a row': {
        'plugin/tools/a.ts': "import './b.js';",
        'plugin/tools/b.ts': 'export {};',
      },
      'the composition root gets its store from the caller': {
        'plugin/applinks.ts': "import './store/sqlite.js';",
        'plugin/store/sqlite.ts': 'export {};',
      },
      'what every ring shares takes only types from them': {
        'plugin/config.ts': "import './store/store.js';",
        'plugin/store/store.ts': 'export {};',
      },
      'plugin/ stands alone': {
        'plugin/index.ts': "import '../scripts/keys.js';",
        'scripts/keys.ts': 'export {};',
      },
      'plugin/ needs no development dependency': { 'plugin/index.ts': "import 'chai';" },
      'sample-app/ imports the package by its name': {
        'sample-app/app.ts': "import '../plugin/index.js';",
        'plugin/index.ts': 'export {};',
      },
      'sample-app/ imports public entry points only': {
        'sample-app/app.ts': "import '../dist/plugin/errors.js';",
        'dist/plugin/errors.js': 'export {};',
      },
      'no cycles': {
        'plugin/oauth1/a.ts': "import type { B } from './b.js'; export interface A { b: B }",
        'plugin/oauth1/b.ts': "import type { A } from './a.js'; export interface B { a: A }",
      },
      'every import is found': { 'plugin/index.ts': "import './gone.js';" },
    };
    let folder: string;

    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'applinks-architecture-'));
      cpSync(join(root, 'package.json'), join(folder, 'package.json'));
      mkdirSync(join(folder, 'node_modules', 'chai'), { recursive: true });
      writeFileSync(join(folder, 'node_modules', 'chai', 'index.js'), '');
    });

    afterEach(() => {
      rmSync(folder, { recursive: true, force: true });
    });

    function write(files: Record<string, string>): void {
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, name)), { recursive: true });
        writeFileSync(join(folder, name), text);
      }
    }

    for (const { name = '' } of importRules) {
      it(`a break of “${name}”`, async () => {
        write(offences[name] ?? {});
        expect(new Set((await importViolations(folder)).map(({ rule }) => rule))).to.deep.equal(
          new Set([name]),
        );
      });
    }

    it('nothing in imports of the kind that the table allows', async () => {
      write({
        'plugin/testing/index.ts': "import type { Store } from '../store/store.js'; export type Own = Store;",
        'plugin/store/store.ts': "import '../errors.js'; export interface Store { close(): void }",
        'plugin/errors.ts': 'export {};',
        'plugin/provider/token.ts': "import '../store/digest.js'; import '../oauth1/sign.js'; import 'zod';",
        'plugin/store/digest.ts': "import 'node:crypto';",
        'plugin/oauth1/sign.ts': "import '../errors.js';",
        'sample-app/app.ts':
          "import 'express-applinks'; import 'express-applinks/testing'; import 'express-applinks/bitbucket';",
        'dist/plugin/index.js': '',
        'dist/plugin/testing/index.js': '',
        'dist/plugin/bitbucket/index.js': '',
        'node_modules/zod/index.js': '',
      });
      expect(await importViolations(folder)).to.deep.equal([]);
    });
  });

  describe('is held by source rules, each of which finds', () => {
    const hush = 'eslint-disable';
    const opening = '/** Decides. */\n';
    /** Rule → pieces of code that break it, and nothing else. */
    const offences: Record<string, readonly string[]> = {
      'no environment, process or signal in plugin/ (rule 8)': [
        'f(process.env.HOME);',
        "process.on('exit', f);",
      ],
      'no console in plugin/': ["console.log('x');"],
      'no timer that outlives its call in plugin/ (rule 8)': [
        'setInterval(f, 10);',
        'globalThis.setInterval(f);',
      ],
      'Host and X-Forwarded-* are never read (rule 1)': [
        "req.get('host');",
        'f(req.headers.host);',
        "f(req.headers['X-Forwarded-For']);",
        'f(req.hostname);',
        'f(req.protocol);',
      ],
      'time comes in through the options': ['f(Date.now());', 'f(new Date());'],
      'no weak randomness': ['Math.random();'],
      'no any': ['let x: any;'],
      'no assertion that the compiler would refuse': ['f(x!);', 'f(x as unknown as string);'],
      'no default export': ['export default 1;', 'export default class A {}'],
      'no lint or type rule is switched off': [
        `// ${hush}-next-line\nf();`,
        `/* ${hush} no-console */\nf();`,
      ],
      'nothing is left to do': ['// TODO: more'],
      'no barrel file apart from the public entry points': ["export * from './errors.js';"],
      [`no file has more than 250 lines`]: ['f();\n'.repeat(250)],
    };

    for (const [rule, pieces] of Object.entries(offences)) {
      for (const piece of pieces) {
        it(`${rule}: ${piece.slice(0, 40).replaceAll('\n', ' ')}`, () => {
          const found = sourceViolations('plugin/oauth1/a.ts', opening + piece);
          expect(found.map((line) => line.replace(/^plugin\/oauth1\/a\.ts:\d+: /, ''))).to.deep.equal([rule]);
        });
      }
    }

    it('a file without its opening paragraph', () => {
      expect(sourceViolations('plugin/a.ts', 'f();')).to.deep.equal([
        'plugin/a.ts:1: a file opens with a paragraph on what it decides',
      ]);
    });

    for (const name of ['utils', 'oauthToken', 'Signature']) {
      it(`a file that is named ${name}`, () => {
        expect(sourceViolations(`plugin/${name}.ts`, opening)).to.deep.equal([
          `plugin/${name}.ts:1: a file is named in kebab-case after what it decides`,
        ]);
      });
    }

    it('every rule (none is without a proof)', () => {
      const proved = [...Object.keys(offences), 'a file opens with', 'a file is named in kebab-case'];
      const unproved = sourceRules.filter(({ name }) => !proved.some((start) => name.startsWith(start)));
      expect(unproved.map(({ name }) => name)).to.deep.equal([]);
    });

    it('nothing in a comment, a name of ours, or a URL that is taken apart', () => {
      const innocent = [
        '// console.log(process.env.HOST) was any idea',
        'f(callback.host, callback.protocol, config.process, context.console);',
        "f('the host of the callback', new Date(clock()));",
        "const kinds = ['a'] as const;",
        "type Host = Context['config']['host'];",
      ].join('\n');
      expect(sourceViolations('plugin/a.ts', opening + innocent)).to.deep.equal([]);
    });
  });
});
