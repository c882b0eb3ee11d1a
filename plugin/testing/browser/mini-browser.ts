/**
 * A browser without scripts for flow tests: keeps cookies, follows redirects, reads and submits forms, and sends
 * `Origin`, `Referer` and `Sec-Fetch-Site` as Chromium does, so that a CSRF defence meets what it will meet in the field.
 */
import { encodeParameters } from '../base-string.js';
import { exchange, headerOf, type Exchange } from '../http-exchange.js';
import { createCookieJar, type CookieJar } from './cookie-jar.js';
import { elementText } from './element-text.js';
import { refererFor, type Origin } from './referrer.js';
import { refreshTarget } from './refresh.js';
import { formsOf, type Field, type Form } from './forms.js';

export interface Page {
  /** Where the browser ended. */
  url: string;
  status: number;
  text: string;
  forms: readonly Form[];
  /** Value of the first header of this name. */
  header(name: string): string | undefined;
  /** What the element with this id says; an input's value. Undefined when there is none. */
  textOf(id: string): string | undefined;
  /** Every URL on the way, this one included. */
  visited: readonly string[];
}

export interface Submission {
  /** Overrides or adds fields. */
  fields?: Readonly<Record<string, string>>;
  /** Name, value or label of the button pressed; the first one by default. */
  button?: string;
}

export interface MiniBrowser {
  get(url: string): Promise<Page>;
  post(url: string, fields: Readonly<Record<string, string>>): Promise<Page>;
  /** Submits a form of the page: the first one, or the one at `form`. Throws when the page has no such form or button. */
  submit(page: Page, submission?: Submission & { form?: number }): Promise<Page>;
  cookies: CookieJar;
}

export interface MiniBrowserOptions {
  /** How many redirects are followed, from page to page too; 0 shows each redirect as a page. 20 by default. */
  redirects?: number;
  headers?: Readonly<Record<string, string>>;
  /** PEM of an authority to trust, instead of the usual ones. */
  ca?: string;
}

function fetchSite(from: string | undefined, to: string): string {
  if (from === undefined) return 'none';
  const [source, target] = [new URL(from), new URL(to)];
  if (source.origin === target.origin) return 'same-origin';
  return source.hostname === target.hostname && source.protocol === target.protocol
    ? 'same-site'
    : 'cross-site';
}

export function createBrowser({ redirects = 20, headers = {}, ca }: MiniBrowserOptions = {}): MiniBrowser {
  const cookies = createCookieJar();

  const ask = async (
    method: string,
    url: string,
    from: Origin | undefined,
    body?: string,
  ): Promise<Exchange> => {
    const cookie = cookies.header(new URL(url));
    const referer = from && refererFor(from, url);
    const answer = await exchange({
      method,
      url,
      headers: {
        Accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
        'Sec-Fetch-Site': fetchSite(from?.url, url),
        'Sec-Fetch-Mode': 'navigate',
        'Sec-Fetch-Dest': 'document',
        ...(cookie && { Cookie: cookie }),
        ...(referer !== undefined && { Referer: referer }),
        ...(body !== undefined && { 'Content-Type': 'application/x-www-form-urlencoded' }),
        ...(method === 'POST' && { Origin: new URL(from?.url ?? url).origin }),
        ...headers,
      },
      body,
      ca,
    });
    for (const [name, value] of answer.headers) {
      if (name.toLowerCase() === 'set-cookie') cookies.store(new URL(url), value);
    }
    return answer;
  };

  const open = async (
    method: string,
    start: string,
    from: Origin | undefined,
    body?: string,
    before: readonly string[] = [],
  ): Promise<Page> => {
    const visited = [...before, start];
    let url = start;
    let answer = await ask(method, url, from, body);
    for (;;) {
      const location = headerOf(answer, 'location');
      if (location === undefined || answer.status < 300 || answer.status > 399 || visited.length > redirects)
        break;
      const keepsMethod = answer.status === 307 || answer.status === 308;
      url = new URL(location, url).href;
      visited.push(url);
      answer = await ask(keepsMethod ? method : 'GET', url, from, keepsMethod ? body : undefined);
    }
    const onward = refreshTarget(answer.body);
    if (onward !== undefined && visited.length <= redirects) {
      const page = { url, policy: headerOf(answer, 'referrer-policy') };
      return open('GET', new URL(onward, url).href, page, undefined, visited);
    }
    const last = answer;
    return {
      url,
      status: last.status,
      text: last.body,
      forms: formsOf(last.body, url),
      header: (name) => headerOf(last, name),
      textOf: (id) => elementText(last.body, id),
      visited,
    };
  };

  return {
    cookies,
    get: (url) => open('GET', url, undefined),
    post: (url, fields) =>
      open('POST', url, { url, policy: 'no-referrer' }, encodeParameters(Object.entries(fields))),
    submit: (page, { fields = {}, button, form: at = 0 } = {}) => {
      const form = page.forms[at];
      if (!form) throw new Error(`${page.url} (${page.status}) has no form ${at}.`);
      const pressed =
        button === undefined
          ? form.buttons[0]
          : form.buttons.find((one) => [one.name, one.value, one.label].includes(button));
      if (button !== undefined && !pressed) throw new Error(`${page.url} has no button "${button}".`);
      const kept = form.fields.filter(([name]) => !(name in fields));
      const sent: Field[] = [...kept, ...Object.entries(fields)];
      if (pressed?.name) sent.push([pressed.name, pressed.value]);
      const action = pressed?.action ?? form.action;
      const encoded = encodeParameters(sent);
      const from = { url: page.url, policy: page.header('Referrer-Policy') };
      if (form.method === 'POST') return open('POST', action, from, encoded);
      const target = new URL(action);
      target.search = encoded;
      return open('GET', target.href, from);
    },
  };
}
