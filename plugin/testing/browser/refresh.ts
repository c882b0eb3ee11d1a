/** Where a page sends its reader by itself, at once: `<meta http-equiv="refresh">` without a wait. */
import { tagsOf } from './html-tags.js';

/** Undefined: the reader stays. */
export function refreshTarget(html: string): string | undefined {
  const content = tagsOf(html)
    .find(({ name, attributes }) => name === 'meta' && attributes.get('http-equiv') === 'refresh')
    ?.attributes.get('content');
  return /^0;\s*url=(.+)$/i.exec(content ?? '')?.[1];
}
