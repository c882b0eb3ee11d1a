/**
 * Renders the kit's own pages (ejs, escaped by default), independent of the host's view engine. Every page gets the
 * security headers; names of other people's making never reach a page unescaped.
 */
import { join } from 'node:path';
import ejs from 'ejs';
import type { Response } from 'express';
import { publicPath, type Mount } from './public-url.js';
import { setPageHeaders, type PageHeaders } from './security-headers.js';

const folder = join(import.meta.dirname, '..', 'views');

export interface PageOptions extends PageHeaders {
  status?: number;
}

export interface Views {
  /** Sends view `name` with `data`; views also get `href(path)` and the application's name. */
  render(res: Response, name: string, data: object, options?: PageOptions): Promise<void>;
}

export function createViews(mount: Mount, applicationName: string): Views {
  const shared = { applicationName, href: (path: string): string => publicPath(mount, path) };
  return {
    render: async (res, name, data, { status = 200, ...headers } = {}) => {
      const html = await ejs.renderFile(join(folder, `${name}.ejs`), { ...data, ...shared }, { cache: true });
      setPageHeaders(res, headers);
      res.status(status).type('html').send(html);
    },
  };
}
