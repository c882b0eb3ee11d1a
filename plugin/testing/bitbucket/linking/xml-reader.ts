/**
 * Reads the few XML documents of application links: manifest, consumer-info, error list, entities
 * (applinks-oauth1.md 1.2, 2.3, 4, 8). Elements, attributes, text, comments and the predefined entities, nothing
 * else: a DOCTYPE, processing instruction, CDATA section or unknown entity makes the document unreadable, as does
 * HTML. Own code, so that it shares no fault with the reader of the kit.
 */

export interface XmlElement {
  name: string;
  attributes: ReadonlyMap<string, string>;
  children: readonly XmlElement[];
  /** Own text, without that of the children. */
  text: string;
}

interface OpenElement extends XmlElement {
  children: XmlElement[];
}

const maxDepth = 8;
const nameShape = '[A-Za-z_][\\w.:-]*';
const attributeShape = `${nameShape}\\s*=\\s*(?:"[^"<]*"|'[^'<]*')`;
const declaration = /^\uFEFF?<\?xml\s[^?<>]*\?>/;
const token = new RegExp(
  `<!--[\\s\\S]*?-->|</(${nameShape})\\s*>|<(${nameShape})((?:\\s+${attributeShape})*)\\s*(/?)>|([^<]+)`,
  'y',
);
const attribute = new RegExp(`(${nameShape})\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, 'g');
const predefined: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

class UnreadableXml extends Error {}

function decoded(text: string): string {
  return text.replace(/&([^;&\s]{0,10};?)/g, (_, reference: string) => {
    const [, hex, decimal] = /^#(?:x([0-9a-f]+)|([0-9]+));$/i.exec(reference) ?? [];
    const code = hex ? Number.parseInt(hex, 16) : Number(decimal ?? Number.NaN);
    if (code <= 0x10ffff) return String.fromCodePoint(code);
    const character = reference.endsWith(';') ? predefined[reference.slice(0, -1)] : undefined;
    if (character === undefined) throw new UnreadableXml(`The reference &${reference} is unknown.`);
    return character;
  });
}

function attributesOf(source: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [, name = '', double, single] of source.matchAll(attribute)) {
    if (found.has(name)) throw new UnreadableXml(`The attribute ${name} appears twice.`);
    found.set(name, decoded(double ?? single ?? ''));
  }
  return found;
}

function parse(source: string): XmlElement {
  const document: OpenElement = { name: '', attributes: new Map(), children: [], text: '' };
  const open = [document];
  token.lastIndex = declaration.exec(source)?.[0].length ?? (source.startsWith('\uFEFF') ? 1 : 0);
  while (token.lastIndex < source.length) {
    const [whole, closing, opening, attributes = '', selfClosing, text] = token.exec(source) ?? [];
    const current = open.at(-1);
    if (whole === undefined || !current) throw new UnreadableXml('The document is not well-formed.');
    if (text !== undefined) current.text += decoded(text);
    if (closing !== undefined && open.pop()?.name !== closing) {
      throw new UnreadableXml(`The element ${closing} is closed but not open.`);
    }
    if (opening === undefined) continue;
    if (open.length > maxDepth) throw new UnreadableXml('The document is nested too deeply.');
    const element = { name: opening, attributes: attributesOf(attributes), children: [], text: '' };
    current.children.push(element);
    if (!selfClosing) open.push(element);
  }
  const [root, second] = document.children;
  if (open.length !== 1 || !root || second || document.text.trim() !== '') {
    throw new UnreadableXml('The document does not consist of one whole element.');
  }
  return root;
}

/** Undefined for anything that is not such a document. */
export function readXml(source: string): XmlElement | undefined {
  try {
    return parse(source);
  } catch (error) {
    if (error instanceof UnreadableXml) return undefined;
    throw error;
  }
}

/** Trimmed text of the elements of this name directly below. */
export const childTexts = (parent: XmlElement, name: string): string[] =>
  parent.children.filter((child) => child.name === name).map((child) => child.text.trim());

/** The first element of this name, at any depth, in document order. */
export function firstNamed(element: XmlElement, name: string): XmlElement | undefined {
  if (element.name === name) return element;
  for (const child of element.children) {
    const found = firstNamed(child, name);
    if (found) return found;
  }
  return undefined;
}
