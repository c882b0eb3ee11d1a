/**
 * Reads the tags of a page, tolerantly and without building a tree: enough to find forms in server-rendered HTML.
 * Not a sanitiser and not for hostile input of production; tests read the pages of the app that they test.
 */

export interface Tag {
  /** Lower case; closing tags begin with a slash. */
  name: string;
  attributes: ReadonlyMap<string, string>;
  /** Text up to the next tag, entities decoded. */
  text: string;
}

const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
};

export function decodeEntities(text: string): string {
  return text.replace(/&(#x[0-9a-f]+|#\d+|[a-z]+);/gi, (whole, entity: string) => {
    if (entity.startsWith('#')) {
      const hexadecimal = entity[1]?.toLowerCase() === 'x';
      const point = Number.parseInt(entity.slice(hexadecimal ? 2 : 1), hexadecimal ? 16 : 10);
      return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
    }
    return named[entity.toLowerCase()] ?? whole;
  });
}

const tagPattern = /<(\/?[a-z][^\s/>]*)((?:[^>"']|"[^"]*"|'[^']*')*)>/gi;
const attributePattern = /([^\s=/"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+)))?/g;

function attributesOf(source: string): Map<string, string> {
  const attributes = new Map<string, string>();
  for (const [, name = '', double, single, bare] of source.matchAll(attributePattern)) {
    attributes.set(name.toLowerCase(), decodeEntities(double ?? single ?? bare ?? ''));
  }
  return attributes;
}

/** Comments, scripts and styles are skipped. */
export function tagsOf(html: string): Tag[] {
  const visible = html
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/(<(script|style)\b[^>]*>)[\s\S]*?(<\/\2\s*>)/gi, '$1$3');
  const found = [...visible.matchAll(tagPattern)];
  return found.map((match, index) => {
    const end = found[index + 1]?.index ?? visible.length;
    return {
      name: (match[1] ?? '').toLowerCase(),
      attributes: attributesOf(match[2] ?? ''),
      text: decodeEntities(visible.slice(match.index + match[0].length, end)),
    };
  });
}
