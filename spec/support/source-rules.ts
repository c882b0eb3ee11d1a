/**
 * The design's rules about what a file may hold, checked on its syntax tree, so that a comment that speaks of the
 * Host header is not taken for code that reads it.
 */
import ts from 'typescript';

export interface SourceRule {
  name: string;
  /** Paths from the root of the checkout. */
  applies: (path: string) => boolean;
  /** Whether this node breaks the rule; asked for each node of the file, the file itself included. */
  breaks: (node: ts.Node, file: ts.SourceFile) => boolean;
}

const inKit = (path: string): boolean => /^plugin\/(?!testing\/)/.test(path);
const inPlugin = (path: string): boolean => path.startsWith('plugin/');
const inProduct = (path: string): boolean => /^(?:plugin|sample-app)\//.test(path);
const everywhere = (): boolean => true;

const isIdentifier = (node: ts.Node, ...names: string[]): boolean =>
  ts.isIdentifier(node) && names.includes(node.text);

/** `owner.name` with both among the given names. */
const isMember = (node: ts.Node, owner: RegExp, name: RegExp): boolean =>
  ts.isPropertyAccessExpression(node) && owner.test(node.expression.getText()) && name.test(node.name.text);

const isName = (node: ts.Node): boolean =>
  ts.isPropertyAccessExpression(node.parent) && node.parent.name === node;

const wholeFile = (test: (text: string, path: string) => boolean) => (node: ts.Node, file: ts.SourceFile) =>
  ts.isSourceFile(node) && test(file.text, file.fileName);

const lastLine = 250;

export const sourceRules: SourceRule[] = [
  {
    name: 'no environment, process or signal in plugin/ (rule 8)',
    applies: inKit,
    breaks: (node) => isIdentifier(node, 'process') && !isName(node),
  },
  {
    name: 'no console in plugin/',
    applies: inKit,
    breaks: (node) => isIdentifier(node, 'console') && !isName(node),
  },
  {
    name: 'no timer that outlives its call in plugin/ (rule 8)',
    applies: inKit,
    breaks: (node) => isIdentifier(node, 'setInterval'),
  },
  {
    name: 'Host and X-Forwarded-* are never read (rule 1)',
    applies: inKit,
    breaks: (node) =>
      (ts.isStringLiteralLike(node) &&
        (ts.isCallExpression(node.parent) || ts.isElementAccessExpression(node.parent)) &&
        /^(?:host|forwarded|x-forwarded-.*|x-real-ip)$/i.test(node.text)) ||
      isMember(node, /headers$/, /^(?:host|forwarded)$/) ||
      isMember(node, /^req(?:uest)?$/, /^(?:host|hostname|protocol|secure|subdomains)$/),
  },
  {
    name: 'time comes in through the options',
    applies: (path) => inKit(path) && path !== 'plugin/config.ts',
    breaks: (node) =>
      isMember(node, /^Date$/, /^now$/) ||
      (ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length),
  },
  {
    name: 'no weak randomness',
    applies: inProduct,
    breaks: (node) => isMember(node, /^Math$/, /^random$/),
  },
  {
    name: 'no any',
    applies: everywhere,
    breaks: (node) => node.kind === ts.SyntaxKind.AnyKeyword,
  },
  {
    name: 'no assertion that the compiler would refuse',
    applies: inProduct,
    breaks: (node) =>
      ts.isNonNullExpression(node) ||
      (ts.isAsExpression(node) &&
        ts.isAsExpression(node.expression) &&
        !node.expression.getText().endsWith(' as const')),
  },
  {
    name: 'no default export',
    applies: (path) => !path.endsWith('.d.ts'),
    breaks: (node) =>
      ts.isExportAssignment(node) ||
      (ts.canHaveModifiers(node) &&
        (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)),
  },
  {
    name: 'no lint or type rule is switched off',
    // The type specs say by @ts-expect-error what must not compile.
    applies: (path) => !path.startsWith('spec/types/'),
    breaks: wholeFile((text) => /\/[/*]\s*(?:eslint-disable|@ts-(?:ignore|expect-error|nocheck))/.test(text)),
  },
  {
    name: 'nothing is left to do',
    applies: inProduct,
    breaks: wholeFile((text) => /\b(?:TODO|FIXME|XXX)\b/.test(text)),
  },
  {
    name: 'a file opens with a paragraph on what it decides',
    applies: inProduct,
    breaks: wholeFile((text) => !/^(?:#!.*\n)?\/\*\*/.test(text)),
  },
  {
    name: `no file has more than ${lastLine} lines`,
    // A spec is a list of cases, and may be a long one.
    applies: (path) => !path.endsWith('.spec.ts'),
    breaks: wholeFile((text) => text.trimEnd().split('\n').length > lastLine),
  },
  {
    name: 'a file is named in kebab-case after what it decides',
    applies: everywhere,
    breaks: wholeFile((_, path) => {
      const name = path.replace(/^.*\//, '').replace(/(?:\.spec)?(?:\.d)?\.ts$/, '');
      return !/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name) || /^(?:utils?|helpers?|common|misc)$/.test(name);
    }),
  },
  {
    name: 'no barrel file apart from the public entry points',
    applies: (path) => inPlugin(path) && !/^plugin\/(?:[^/]+\/)?index\.ts$/.test(path),
    breaks: (node) =>
      ts.isSourceFile(node) &&
      node.statements.length > 0 &&
      node.statements.every((it) => ts.isExportDeclaration(it) && it.moduleSpecifier !== undefined),
  },
];

/** Sentences `path:line: rule`, one for each rule and place that breaks it. */
export function sourceViolations(path: string, text: string): string[] {
  const rules = sourceRules.filter(({ applies }) => applies(path));
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    for (const { name, breaks } of rules) {
      if (breaks(node, file)) found.push(`${path}:${lineOf(node, file)}: ${name}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function lineOf(node: ts.Node, file: ts.SourceFile): number {
  return ts.isSourceFile(node) ? 1 : file.getLineAndCharacterOfPosition(node.getStart()).line + 1;
}
