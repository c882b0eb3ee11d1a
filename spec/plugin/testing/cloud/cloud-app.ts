/** An app that is registered at the cloud stand-in, and what it sends there. */
import {
  cloudStandIn,
  type CloudApp,
  type CloudStandIn,
  type CloudStandInOptions,
  type Page,
} from '../../../../plugin/testing/index.js';
import { TestClock } from '../../../support/clock.js';
import { listen } from '../../../support/listen.js';

const scopes = ['read:jira-user', 'read:jira-work', 'read:me'];
export const wanted = [...scopes, 'offline_access'].join(' ');

export interface Tokens {
  access_token: string;
  refresh_token?: string;
  expires_in: number;
  scope: string;
}
interface Answered<Body> {
  status: number;
  body: Body;
}

export interface CloudUser {
  cloud: CloudStandIn;
  app: CloudApp;
  clock: TestClock;
  callbackUrl: string;
  authorizeUrl(changes?: Readonly<Record<string, string | undefined>>): string;
  /** Where Ana ends who presses this button: in the end at the callback, with all that came along. */
  consent(
    changes?: Readonly<Record<string, string | undefined>>,
    button?: string,
    site?: string,
  ): Promise<Page>;
  /** A code that Ana has consented to. */
  code(changes?: Readonly<Record<string, string | undefined>>): Promise<string>;
  token(
    body: Readonly<Record<string, unknown>>,
    contentType?: string,
  ): Promise<Answered<Record<string, unknown>>>;
  redeem(code: string): Promise<Answered<Record<string, unknown>>>;
  refresh(refreshToken: string | undefined): Promise<Answered<Record<string, unknown>>>;
  tokens(changes?: Readonly<Record<string, string | undefined>>): Promise<Tokens>;
  /** GET with the access token. */
  get(url: string, accessToken: string): Promise<Response>;
  stop(): Promise<void>;
}

/** What came along to the callback. */
export const broughtTo = ({ url }: Page): Record<string, string> =>
  Object.fromEntries(new URL(url).searchParams);

export async function cloudUser(options: CloudStandInOptions = {}): Promise<CloudUser> {
  const clock = new TestClock();
  const cloud = cloudStandIn({ clock: clock.now, ...options });
  await cloud.start();
  const callback = await listen((_request, response) => response.end('back'));
  const callbackUrl = `${callback.url}/callback`;
  const app = cloud.registerApp({ name: 'Sample CI', callbackUrls: [callbackUrl], scopes });
  const user: CloudUser = {
    ...{ cloud, app, clock, callbackUrl },
    authorizeUrl: (changes = {}) => {
      const all: Readonly<Record<string, string | undefined>> = {
        audience: 'api.atlassian.com',
        client_id: app.clientId,
        scope: wanted,
        redirect_uri: callbackUrl,
        state: 'a state + 1',
        response_type: 'code',
        prompt: 'consent',
        ...changes,
      };
      const query = new URLSearchParams();
      for (const [name, value] of Object.entries(all)) if (value !== undefined) query.set(name, value);
      return `${cloud.authUrl}/authorize?${query.toString()}`;
    },
    consent: async (changes, button = 'Accept', site) => {
      const browser = await cloud.as('ana');
      const asked = await browser.get(user.authorizeUrl(changes));
      return browser.submit(asked, { button, fields: site === undefined ? {} : { site } });
    },
    code: async (changes) => broughtTo(await user.consent(changes)).code ?? '',
    token: async (body, contentType = 'application/json') => {
      const isForm = contentType === 'application/x-www-form-urlencoded';
      const answer = await fetch(`${cloud.authUrl}/oauth/token`, {
        method: 'POST',
        headers: { 'Content-Type': contentType },
        body: isForm ? new URLSearchParams(body as Record<string, string>).toString() : JSON.stringify(body),
      });
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
    },
    redeem: (code) =>
      user.token({
        grant_type: 'authorization_code',
        client_id: app.clientId,
        client_secret: app.clientSecret,
        code,
        redirect_uri: callbackUrl,
      }),
    refresh: (refreshToken) =>
      user.token({
        grant_type: 'refresh_token',
        client_id: app.clientId,
        client_secret: app.clientSecret,
        refresh_token: refreshToken,
      }),
    tokens: async (changes) => {
      const { status, body } = await user.redeem(await user.code(changes));
      if (status !== 200) throw new Error(`no tokens: ${status} ${JSON.stringify(body)}`);
      const { access_token, refresh_token, expires_in, scope } = body;
      return {
        access_token: String(access_token),
        ...(typeof refresh_token === 'string' && { refresh_token }),
        expires_in: Number(expires_in),
        scope: String(scope),
      };
    },
    get: (url, accessToken) => fetch(url, { headers: { Authorization: `Bearer ${accessToken}` } }),
    stop: async () => {
      await cloud.stop();
      await callback.close();
    },
  };
  return user;
}
