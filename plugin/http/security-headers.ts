/**
 * Headers of our own pages. They override what the host (helmet, say) has set, because the consent page must be
 * framed by nobody, must not leak its URL, and must be able to send the browser on to the callback's origin:
 * Chromium applies `form-action` to the redirect that follows a form.
 */
import type { Response } from 'express';

export interface PageHeaders {
  /** Origins that a form of this page may lead to, besides our own. */
  formAction?: readonly string[];
  /** Origins that may show this page in a frame; none by default. */
  frameAncestors?: readonly string[];
  /** By default our own pages see where a form came from, which is what plain http has instead of `Sec-Fetch-Site`. */
  referrerPolicy?: 'same-origin' | 'no-referrer';
}

export function setPageHeaders(
  res: Response,
  { formAction = [], frameAncestors = [], referrerPolicy = 'same-origin' }: PageHeaders = {},
): void {
  res.setHeader(
    'Content-Security-Policy',
    [
      "default-src 'none'",
      "style-src 'self'",
      "script-src 'self'",
      "img-src 'self'",
      ['form-action', "'self'", ...formAction].join(' '),
      ['frame-ancestors', ...(frameAncestors.length === 0 ? ["'none'"] : frameAncestors)].join(' '),
      "base-uri 'none'",
    ].join('; '),
  );
  // The older header cannot name a foreign origin.
  if (frameAncestors.length === 0) res.setHeader('X-Frame-Options', 'DENY');
  else res.removeHeader('X-Frame-Options');
  res.setHeader('X-Content-Type-Options', 'nosniff');
  res.setHeader('Referrer-Policy', referrerPolicy);
  setNoStore(res);
}

export function setNoStore(res: Response): void {
  res.setHeader('Cache-Control', 'no-store');
}
