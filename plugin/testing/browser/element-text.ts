/** The text that a page shows in one element, found by its id. */
import { tagsOf } from './html-tags.js';

/** White space collapsed; the value of an input. Undefined when the page has no such element. */
export function elementText(html: string, id: string): string | undefined {
  const tags = tagsOf(html);
  const start = tags.findIndex(({ attributes }) => attributes.get('id') === id);
  const first = tags[start];
  if (!first) return undefined;
  if (first.name === 'input') return first.attributes.get('value') ?? '';
  let depth = 1;
  let text = first.text;
  for (const tag of tags.slice(start + 1)) {
    if (tag.name === first.name) depth += 1;
    if (tag.name === `/${first.name}`) depth -= 1;
    if (depth === 0) break;
    text += tag.text;
  }
  return text.replace(/\s+/g, ' ').trim();
}
