/** What people do at the CI server in their browsers, by the forms of its own pages. */
import { createBrowser, type MiniBrowser, type Page, type Submission } from 'express-applinks/testing';

export interface Account {
  name: string;
  password: string;
}

/** What a page says of itself, for sentences about what went wrong. */
export function summary({ url, status, text }: Page): string {
  const words = text
    .replace(/<(style|script)[\s\S]*?<\/\1>/g, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return `${url} answered ${status}: ${words.slice(0, 300)}`;
}

/** Submits the form that has this field. @throws Error that names the page when it has no such form. */
export function submitFormWith(
  browser: MiniBrowser,
  page: Page,
  field: string,
  submission: Submission,
): Promise<Page> {
  const form = page.forms.findIndex(({ fields }) => fields.some(([name]) => name === field));
  if (form < 0) throw new Error(`No form with the field "${field}". ${summary(page)}`);
  return browser.submit(page, { ...submission, form });
}

export const logInOn = (browser: MiniBrowser, page: Page, { name, password }: Account): Promise<Page> =>
  submitFormWith(browser, page, 'password', { fields: { name, password } });

/** A browser in which this account is logged in. */
export async function browserOf(ciUrl: string, account: Account): Promise<MiniBrowser> {
  const browser = createBrowser();
  const page = await logInOn(browser, await browser.get(`${ciUrl}/login`), account);
  if (page.status !== 200) throw new Error(`${account.name} could not log in. ${summary(page)}`);
  return browser;
}

/** The administrator adds a user who may start builds. */
export async function addDeveloper(
  admin: MiniBrowser,
  ciUrl: string,
  { name, password }: Account,
): Promise<void> {
  const list = await admin.get(`${ciUrl}/users`);
  const page = await submitFormWith(admin, list, 'role', { fields: { name, password, role: 'developer' } });
  if (page.status !== 200 || !page.text.includes(name))
    throw new Error(`No user was added. ${summary(page)}`);
}
