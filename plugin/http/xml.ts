/**
 * Reads a small XML document of a peer into a tree (applinks-oauth1.md 1.2, 2.3 and part 4; part 10, KIT). What an
 * attacker would try: entities that read files or grow without end, thousands of levels, bytes that two readers
 * understand differently. So there is no DOCTYPE and with it no entity beyond XML's own five; levels and elements are
 * bounded, the size by the caller; the bytes must be valid UTF-8, and what a document says about itself must be true.
 */
import { isAscii } from 'node:buffer';
import { SaxesParser } from 'saxes';
import { ApplinksError } from '../errors.js';

export interface XmlElement {
  /** As written: a prefix stays part of the name. */
  name: string;
  attributes: ReadonlyMap<string, string>;
  /** Own text with CDATA, without that of the children. */
  text: string;
  children: XmlElement[];
}

const maxDepth = 16;
const maxElements = 1000;
const utf8 = /^utf-?8$/i;
const asciiSuperset = /^(?:us-ascii|iso-8859-\d{1,2}|windows-125\d)$/i;

/** @throws ApplinksError `invalid_input` with a sentence that says what is wrong with the document. */
export function readXml(bytes: Uint8Array): XmlElement {
  const parser = new SaxesParser({ xmlns: false, position: false });
  const open: XmlElement[] = [];
  let root: XmlElement | undefined;
  let count = 0;
  parser.on('error', (error) => {
    throw invalid('is not well-formed', error);
  });
  parser.on('doctype', () => {
    throw invalid('has a DOCTYPE, which is not accepted');
  });
  parser.on('xmldecl', ({ version, encoding = 'UTF-8' }) => {
    if (version !== '1.0') throw invalid('is not XML 1.0');
    if (!utf8.test(encoding) && !(asciiSuperset.test(encoding) && isAscii(bytes))) {
      throw invalid('is not in UTF-8');
    }
  });
  parser.on('opentag', ({ name, attributes }) => {
    count += 1;
    if (open.length >= maxDepth) throw invalid(`has more than ${maxDepth} levels`);
    if (count > maxElements) throw invalid(`has more than ${maxElements} elements`);
    const element = { name, attributes: new Map(Object.entries(attributes)), text: '', children: [] };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  const addText = (text: string): void => {
    const element = open.at(-1);
    if (element) element.text += text;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    open.pop();
  });
  parser.write(decode(bytes)).close();
  if (!root) throw invalid('is empty');
  return root;
}

/** The first element of this name, in document order, at any level; a peer does not depend on the root's name. */
export function findElement(element: XmlElement, name: string): XmlElement | undefined {
  if (element.name === name) return element;
  for (const child of element.children) {
    const found = findElement(child, name);
    if (found) return found;
  }
  return undefined;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw invalid('is not in UTF-8', error);
  }
}

function invalid(what: string, cause?: unknown): ApplinksError {
  return new ApplinksError('invalid_input', 400, `The XML document ${what}.`, { cause });
}
