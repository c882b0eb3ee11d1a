/** Where the story of OAuth 2.0 plays, and what both of its halves do at the pages of the CI server. */
import type { BitbucketStandIn, MiniBrowser, Page } from 'express-applinks/testing';
import { submitFormWith, summary, type Account } from './ci-browser.js';
import type { CiServer } from './ci-server.js';

export interface OAuth2Scene {
  ci: CiServer;
  standIn: BitbucketStandIn;
  /** The CI server's administrator, who is logged in at the stand-in too. */
  admin: MiniBrowser;
  developer: Account;
  /** Of the link at the CI server. */
  linkId: string;
  say: (line: string) => void;
}

/** An address that has to be entered before the right one is known; nobody is ever sent there. */
export const placeholder = 'https://not-known-yet.example.com/';

export const guideOf = ({ ci, linkId }: Pick<OAuth2Scene, 'ci' | 'linkId'>): string =>
  `${ci.url}/applinks/admin/links/${linkId}/oauth2`;

/** What the page shows in the element with this id. */
export function shown(page: Page, id: string): string {
  const text = page.textOf(id);
  if (text) return text;
  throw new Error(`The page does not show the ${id}. ${summary(page)}`);
}

/** Enters the stand-in's address, sees what it is, and makes the link: a draft, without any credential. */
export async function createDraft(
  admin: MiniBrowser,
  ciUrl: string,
  name: string,
  url: string,
): Promise<string> {
  const empty = await admin.get(`${ciUrl}/applinks/admin/create/oauth2`);
  const found = await submitFormWith(admin, empty, 'url', { fields: { url } });
  const guide = await submitFormWith(admin, found, 'name', { fields: { name } });
  const [, linkId] = /\/links\/([^/]+)\/oauth2/.exec(guide.url) ?? [];
  if (linkId === undefined) throw new Error(`no link was made. ${summary(guide)}`);
  return linkId;
}

/** Presses *Allow* on a consent page of either side. */
export function allow(browser: MiniBrowser, page: Page): Promise<Page> {
  const isAllow = (name: string): boolean => name === 'authorize' || name === 'Allow';
  const form = page.forms.findIndex(({ buttons }) =>
    buttons.some((button) => isAllow(button.name) || isAllow(button.label)),
  );
  if (form < 0) throw new Error(`there is no consent page. ${summary(page)}`);
  return browser.submit(page, { form });
}
