/** One administrator with two windows, ours and the other side's, as our guide through an OAuth 2.0 link asks for. */
import type { Page } from 'playwright-core';
import { expectAccessible } from './accessible.js';
import { openPage, screenshot } from './chromium.js';
import type { Pair } from './linked-peer.js';
import { rememberSecret } from './secrets.js';

const phone = { width: 360, height: 740 };
const wide = { width: 1280, height: 800 };

export interface TwoWindows {
  /** Ours. */
  page: Page;
  there: Page;
  /** Holds our page against axe, and keeps a picture of it as wide as a desk and as a phone. */
  look: (name: string) => Promise<void>;
  press: (name: string | RegExp, on?: Page) => Promise<void>;
  follow: (name: string | RegExp, on?: Page) => Promise<void>;
  copied: (selector: string, on?: Page) => Promise<string>;
  copiedSecret: (selector: string, on?: Page) => Promise<string>;
  /** `done`, `next` or `open`. */
  stateOf: (step: string) => Promise<string>;
  close: () => Promise<void>;
}

/** @param series names the pictures */
export async function openTwoWindows(baseUrl: string, series: string): Promise<TwoWindows> {
  const page = await openPage();
  const there = await page.context().newPage();
  await page.goto(`${baseUrl}/login?user=admin`);
  await page.goto(`${baseUrl}/applinks/admin`);
  const copied = async (selector: string, on = page): Promise<string> => {
    const text = await on.textContent(selector);
    return text?.trim() ?? '';
  };
  return {
    page,
    there,
    look: async (name) => {
      await expectAccessible(page);
      await screenshot(page, `oauth2-${series}-${name}`);
      await page.setViewportSize(phone);
      await screenshot(page, `oauth2-${series}-${name}-phone`);
      await page.setViewportSize(wide);
    },
    press: (name, on = page) => on.getByRole('button', { name }).first().click(),
    follow: (name, on = page) => on.getByRole('link', { name }).first().click(),
    copied,
    copiedSecret: async (selector, on) => rememberSecret(await copied(selector, on), 'consumer secret'),
    stateOf: async (step) => (await page.getAttribute(`#${step}`, 'class')) ?? 'no such step',
    close: () => page.context().close(),
  };
}

export async function logInAtPeer(there: Page, { bitbucket }: Pair): Promise<void> {
  await there.goto(`${bitbucket.url}/login`);
  await there.fill('[name=j_username]', 'admin');
  await there.fill('[name=j_password]', 'sysadmin');
  await there.click('button');
}
