/**
 * The import table of the design as rules for dependency-cruiser. A row says what a folder of plugin/ may import of
 * plugin/; what is not in its row is forbidden, so a new folder starts with nothing.
 */
import { cruise } from 'dependency-cruiser';
import type { ICruiseResult, IForbiddenRuleType } from 'dependency-cruiser';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The store's contract and what is done above it (rule 5); every other file of the folder is an implementation. */
const storeInterfaces = [
  'store',
  'authorizations',
  'oauth2-client',
  'oauth2-attempt',
  'tokens',
  'outgoing',
  'webhooks',
  'deliveries',
  'outbox',
  'values',
  'digest',
  'seal',
  'sealed-places',
  'installation-key',
  'identity',
  'signing-keys',
  'note-keeper',
].map((name) => `store/${name}\\.ts`);
/** Types and errors that every ring shares, and the edge's view of the options. */
const shared = ['errors', 'oauth2-errors', 'events', 'logger', 'host', 'nearest-name', 'server-id'].map(
  (name) => `${name}\\.ts`,
);
const edge = [...shared, 'config\\.ts', 'context\\.ts', 'http/'];

const table: Record<string, readonly string[]> = {
  oauth1: ['oauth1/', 'errors\\.ts'],
  oauth2: ['oauth2/', 'oauth2-errors\\.ts'],
  store: ['store/', ...shared],
  // The error handler writes the challenges and error forms of both protocols.
  http: [...edge, 'oauth1/(?:encoding|problem)\\.ts', 'oauth2/(?:bearer|description)\\.ts'],
  provider: [...edge, 'oauth1/', 'oauth2/', ...storeInterfaces, 'provider/'],
  consumer: [...edge, 'oauth1/', 'oauth2/', ...storeInterfaces, 'consumer/'],
  admin: [...edge, ...storeInterfaces, 'consumer/(?:discovery|diagnosis)\\.ts', 'admin/'],
  bitbucket: [
    ...edge,
    '(?:extension|option-problems)\\.ts',
    ...storeInterfaces,
    'consumer/link-client\\.ts',
    'bitbucket/',
  ],
  testing: ['testing/'],
};

const within = (names: readonly string[]): string => `^plugin/(?:${names.join('|')})`;

const tableRules = Object.entries(table).map(([folder, allowed]): IForbiddenRuleType => ({
  name: `plugin/${folder} keeps to its row`,
  severity: 'error',
  from: { path: `^plugin/${folder}/` },
  to: {
    path: '^plugin/',
    pathNot: within(allowed),
    // The testing sub-path may name the kit's types, since they are gone when it runs.
    ...(folder === 'testing' ? { dependencyTypesNot: ['type-only'] as const } : {}),
  },
}));

export const importRules: IForbiddenRuleType[] = [
  ...tableRules,
  {
    name: 'every folder of plugin/ has a row',
    severity: 'error',
    from: { path: '^plugin/[^/]+/', pathNot: within(Object.keys(table).map((folder) => `${folder}/`)) },
    to: {},
  },
  {
    name: 'the composition root gets its store from the caller',
    severity: 'error',
    from: { path: '^plugin/(?:applinks|assembly)\\.ts$' },
    to: { path: '^plugin/store/', pathNot: within(storeInterfaces) },
  },
  {
    name: 'what every ring shares takes only types from them',
    severity: 'error',
    from: { path: '^plugin/[^/]+\\.ts$', pathNot: '^plugin/(?:index|applinks|assembly)\\.ts$' },
    to: { path: '^plugin/[^/]+/', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'plugin/ stands alone',
    severity: 'error',
    from: { path: '^plugin/' },
    to: { path: '^(?:sample-app|spec|scripts|dist)/' },
  },
  {
    name: 'plugin/ needs no development dependency',
    severity: 'error',
    from: { path: '^plugin/' },
    to: {
      dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
      dependencyTypesNot: ['npm', 'npm-peer', 'npm-optional'],
    },
  },
  {
    name: 'sample-app/ imports the package by its name',
    severity: 'error',
    from: { path: '^sample-app/' },
    to: { path: '^(?:plugin|spec|scripts)/' },
  },
  {
    name: 'sample-app/ imports public entry points only',
    severity: 'error',
    from: { path: '^sample-app/' },
    to: {
      path: '(?:^|/)dist/',
      pathNot: ['node_modules', '^dist/plugin/(?:(?:testing|bitbucket)/)?index\\.(?:js|d\\.ts)$'],
    },
  },
  { name: 'no cycles', severity: 'error', from: {}, to: { circular: true } },
  {
    name: 'every import is found',
    severity: 'error',
    from: {},
    // Our own name is resolved by the exports of package.json; the compiler holds those.
    to: { couldNotResolve: true, pathNot: '^express-applinks(?:/|$)' },
  },
];

export interface ImportViolation {
  rule: string;
  from: string;
  to: string;
}

/** @param root a folder with package.json, plugin/ and the like. */
export async function importViolations(root: string): Promise<ImportViolation[]> {
  const present = readdirSync(root).filter((name) => ['plugin', 'sample-app', 'scripts'].includes(name));
  const { output } = await cruise(
    present,
    {
      baseDir: root,
      validate: true,
      ruleSet: { forbidden: importRules },
      tsPreCompilationDeps: true,
      doNotFollow: { path: 'node_modules|^dist' },
    },
    { exportsFields: ['exports'], conditionNames: ['import', 'default', 'types'] },
  );
  return (output as ICruiseResult).summary.violations.map(({ rule, from, to }) => ({
    rule: rule.name,
    from,
    to,
  }));
}

/** The source files below a folder of the checkout, as paths relative to it. */
export function sourceFiles(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`);
}
