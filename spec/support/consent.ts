/** Plays the user of a consent page: logs in at the spec host, opens the page, presses a button of its own form. */
import { createBrowser, type MiniBrowser, type Page } from 'express-applinks/testing';
import { rememberSecret } from './secrets.js';
import { classicPaths } from './test-consumer.js';

/** A browser in which `user` is logged in. It shows redirects as pages, so that a callback needs no server. */
export async function browserOf(baseUrl: string, user: string): Promise<MiniBrowser> {
  const browser = createBrowser({ redirects: 0 });
  await browser.get(`${baseUrl}/login?user=${user}`);
  return browser;
}

export function consentUrl(baseUrl: string, token: string, extra: Record<string, string> = {}): string {
  return `${baseUrl}${classicPaths.authorize}?${new URLSearchParams({ oauth_token: token, ...extra }).toString()}`;
}

export async function openConsent(
  baseUrl: string,
  user: string,
  token: string,
): Promise<[MiniBrowser, Page]> {
  const browser = await browserOf(baseUrl, user);
  return [browser, await browser.get(consentUrl(baseUrl, token))];
}

export async function press(baseUrl: string, user: string, token: string, button: string): Promise<Page> {
  const [browser, page] = await openConsent(baseUrl, user, token);
  return browser.submit(page, { button });
}

/** Presses Allow and returns the verifier that the callback gets. */
export async function allow(baseUrl: string, user: string, token: string): Promise<string> {
  const page = await press(baseUrl, user, token, 'authorize');
  const verifier = new URL(locationOf(page)).searchParams.get('oauth_verifier');
  if (!verifier) throw new Error(`no verifier after consent: ${page.status} ${page.text.slice(0, 300)}`);
  return rememberSecret(verifier, 'verifier');
}

/** Target of a redirect; throws when the page is none. */
export function locationOf(page: Page): string {
  const location = page.header('location');
  if (location === undefined)
    throw new Error(`${page.url} did not redirect: ${page.status} ${page.text.slice(0, 300)}`);
  return location;
}

/** HTTP Basic, for the peers' password flow. */
export function basic(name: string, password: string): { authorization: string } {
  const encoded = Buffer.from(`${name}:${password}`).toString('base64');
  return { authorization: `Basic ${rememberSecret(encoded, 'password')}` };
}
