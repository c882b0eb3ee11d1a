/** JSON calls of an administrator who is logged in, as a script makes them. */
import { browserOf } from './consent.js';
import type { KitApp } from './kit-app.js';
import { send } from './test-consumer.js';

export interface JsonAnswer {
  status: number;
  text: string;
  json: Record<string, unknown>;
}

export type AdminJson = (method: string, path: string, body?: object) => Promise<JsonAnswer>;

export async function adminJson({ baseUrl }: Pick<KitApp, 'baseUrl'>): Promise<AdminJson> {
  const browser = await browserOf(baseUrl, 'admin');
  const cookie = browser.cookies.header(new URL(baseUrl));
  return async (method, path, body) => {
    const { status, text } = await send(`${baseUrl}/applinks/rest${path}`, {
      method,
      headers: { cookie, origin: new URL(baseUrl).origin, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status, text, json: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
  };
}
