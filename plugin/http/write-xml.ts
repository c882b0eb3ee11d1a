/**
 * Writes the small documents that peers read (applinks-oauth1.md 1.2 and part 4): no namespace, attributes at the root only, no
 * DOCTYPE. A name that an administrator gave us must stay text there, whatever it holds; characters that XML 1.0
 * cannot hold in any form are refused, because a peer would take the whole document for none.
 */
import { ApplinksError } from '../errors.js';

/** Text, or elements within; undefined leaves the element out. */
export type XmlContent = string | number | boolean | undefined | readonly XmlPair[];
export type XmlPair = readonly [name: string, content: XmlContent];

const elementName = /^[A-Za-z_][\w.-]*$/;
const notXml = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '\r': '&#13;',
};

/** `attributes` are those of the root. @throws ApplinksError `invalid_input` for a character or an element name that XML 1.0 does not allow. */
export function writeXml(
  root: string,
  content: readonly XmlPair[],
  attributes: Readonly<Record<string, string>> = {},
): string {
  const written = Object.entries(attributes).map(([name, text]) => ` ${name}="${escapeText(name, text)}"`);
  const element = writeElement([root, content]).replace(`<${root}>`, `<${root}${written.join('')}>`);
  return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n${element}\n`;
}

function writeElement([name, content]: XmlPair): string {
  if (content === undefined) return '';
  if (!elementName.test(name)) throw invalid(`${JSON.stringify(name)} cannot be the name of an XML element.`);
  const inner =
    typeof content === 'object' ? content.map(writeElement).join('') : escapeText(name, String(content));
  return `<${name}>${inner}</${name}>`;
}

function escapeText(name: string, text: string): string {
  if (notXml.test(text)) throw invalid(`${name} holds a character that XML cannot transport. Remove it.`);
  return text.replace(/[&<>"'\r]/g, (character) => escapes[character] ?? '');
}

function invalid(message: string): ApplinksError {
  return new ApplinksError('invalid_input', 400, message);
}
