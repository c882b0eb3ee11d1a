/** helmet's headers under the policy that our pages need: everything from ourselves, framed by nobody. */
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import type { Config } from '../config.js';

export function browserHeaders({ baseUrl }: Pick<Config, 'baseUrl'>): RequestHandler {
  const isHttps = baseUrl.startsWith('https:');
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        // Pico.css draws its icons with data: images.
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        // Applies to the redirects behind a form too: the kit's consent page sets its own, with the callback's origin,
        // and the login goes on from a page of its own (login.ts).
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
    },
    // With `no-referrer`, browsers send `Origin: null` with forms, and the origin check could not tell.
    referrerPolicy: { policy: 'same-origin' },
    strictTransportSecurity: isHttps,
  });
}
