/** The CI server's administrator registers Bitbucket as a consumer, by the form of the kit's admin pages. */
import type { LinkToEnter, MiniBrowser } from 'express-applinks/testing';
import { submitFormWith, summary } from './ci-browser.js';

/** Returns what the page after that shows to be pasted into Bitbucket's form. */
export async function registerConsumer(
  admin: MiniBrowser,
  ciUrl: string,
  consumer: { name: string; url: string; key: string },
): Promise<LinkToEnter> {
  const empty = await admin.get(`${ciUrl}/applinks/admin/links/new`);
  // The secret stays empty: the kit makes one, and shows it once.
  const page = await submitFormWith(admin, empty, 'key', {
    fields: { name: consumer.name, application_url: consumer.url, key: consumer.key, method: 'HMAC-SHA1' },
  });
  const shown = (id: string): string => {
    const text = page.textOf(id);
    if (text) return text;
    throw new Error(`The details page does not show the ${id}. ${summary(page)}`);
  };
  return {
    name: shown('application-name'),
    url: shown('application-url'),
    manual: {
      consumerKey: shown('consumer-key'),
      sharedSecret: shown('secret'),
      requestTokenUrl: shown('request-token-url'),
      accessTokenUrl: shown('access-token-url'),
      authorizeUrl: shown('authorize-url'),
    },
  };
}
