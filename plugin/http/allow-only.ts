/** Answers the other methods of a path with 405 and `Allow` (RFC 9110 section 15.5.6). */
import type { RequestHandler } from 'express';

export function allowOnly(...methods: readonly string[]): RequestHandler {
  const allow = methods.includes('GET') ? [...methods, 'HEAD'] : methods;
  return (_req, res) => {
    res.setHeader('Allow', allow.join(', '));
    res
      .status(405)
      .type('text/plain')
      .send(`Use ${allow.join(' or ')} here.`);
  };
}
