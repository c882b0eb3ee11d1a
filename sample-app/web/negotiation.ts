/** Pages for browsers, JSON for everybody who asks for it. */
import type { Request } from 'express';

export function prefersHtml(req: Request): boolean {
  return req.accepts(['json', 'html']) === 'html';
}
