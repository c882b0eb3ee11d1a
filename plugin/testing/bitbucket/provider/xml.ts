/** XML as the stand-in serves it: flat elements, no namespace, no attributes, no DOCTYPE. */
import type { Answer } from '../answer.js';

export type Element = readonly [name: string, text: string | number | boolean];

const escape = (text: string): string =>
  text.replace(/[&<>]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[character] ?? '');

export function xml(root: string, elements: readonly Element[]): Answer {
  const lines = elements.map(([name, text]) => `<${name}>${escape(String(text))}</${name}>`);
  return {
    status: 200,
    headers: { 'Content-Type': 'application/xml;charset=UTF-8', 'Cache-Control': 'no-cache' },
    body: `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><${root}>${lines.join('')}</${root}>`,
  };
}
