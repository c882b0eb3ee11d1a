/** The OAuth 2.0 client of a stand-in as a test drives it; every flow goes over HTTP, with a browser of its own. */
import type { MiniBrowser, Page } from '../../browser/mini-browser.js';
import { isAllowedRedirect } from '../callback-check.js';
import { isRecord, parseJson } from '../json-body.js';
import type { ClientConfig, WantedConfig } from './client-config.js';
import type { ClientToken } from './client-token.js';
import { addConfig, changeConfig, removeConfig } from './config-store.js';
import type { OAuth2ClientContext } from './context.js';
import { featurePath } from './feature-page.js';
import { pruneTokens } from './prune-tokens.js';
import { redirectUri, redirectUriSuffix } from './redirect-uri.js';
import { finishedPath, restPath } from './routes.js';
import type { OAuth2ClientSwitches } from './switches.js';
import { useToken, type UseOptions, type UseResult } from './use-token.js';

/** `type` is `generic` by default, and the description empty. */
export type OAuth2Link = Omit<ClientConfig, 'id' | 'type' | 'description'> &
  Partial<Pick<ClientConfig, 'type' | 'description'>>;

/** Logs in and consents at the authorization server, from the page at which the browser arrived there to the end. */
export type Passage = (page: Page, browser: MiniBrowser) => Promise<Page>;

export interface FlowOutcome {
  /** `lost`: the browser ended somewhere else, and the administrator is told nothing. */
  outcome: 'success' | 'error' | 'lost';
  /** What the administrator, or the user, reads. */
  error: string | undefined;
  /** Where the browser ended. */
  page: Page;
}

export interface OAuth2ClientDriver {
  /** Change them at any time. */
  readonly switches: OAuth2ClientSwitches;
  /** Outgoing links, oldest first, with their secrets. */
  configs(): readonly ClientConfig[];
  /** Throws a sentence that names every field that is wrong, as edit() does. */
  create(wanted: OAuth2Link): ClientConfig;
  edit(id: string, changes: Partial<OAuth2Link>): ClientConfig;
  /** Its tokens go along; nothing is revoked. */
  remove(id: string): void;
  /** What the other side has to register. */
  redirectUri(authorizationEndpoint: string): string;
  /** As the system administrator `admin` by default. Without a passage the server has to send the browser back at once. */
  testConnection(id: string, options?: { as?: string; through?: Passage }): Promise<FlowOutcome>;
  /** A feature gets and keeps a token for this user. */
  authorize(
    id: string,
    user: string,
    through?: Passage,
  ): Promise<FlowOutcome & { token: ClientToken | undefined }>;
  /** As they are now. */
  tokens(): readonly Readonly<ClientToken>[];
  token(tokenId: string): Readonly<ClientToken> | undefined;
  useToken(tokenId: string, options?: UseOptions): Promise<UseResult>;
  /** At the same instant from this many nodes, two by default: each presents the same refresh token. */
  useTokenOnNodes(tokenId: string, nodes?: number): Promise<readonly UseResult[]>;
  /** The job of 23:00. How many tokens went. */
  prune(): number;
  /** Why browsers were sent home without a word. */
  readonly log: readonly string[];
}

const wantedOf = (link: OAuth2Link): WantedConfig => ({
  type: 'generic',
  description: '',
  ...link,
  redirectUriSuffix: redirectUriSuffix(link.authorizationEndpoint),
});

/** `as`: a browser with the session of this user. */
export function createOAuth2ClientDriver(
  context: OAuth2ClientContext,
  as: (user: string) => Promise<MiniBrowser>,
): OAuth2ClientDriver {
  const known = (id: string): ClientConfig => {
    const config = context.configs.get(id);
    if (!config) throw new Error(`The stand-in has no outgoing OAuth 2.0 link ${id}.`);
    return config;
  };
  const arrive = async (page: Page, browser: MiniBrowser, through: Passage | undefined): Promise<Page> =>
    through && !isAllowedRedirect(page.url, context.baseUrl(), []) ? through(page, browser) : page;

  return {
    switches: context.switches,
    configs: () => [...context.configs.values()],
    create: (wanted) => addConfig(context, wantedOf(wanted)),
    edit: (id, changes) => changeConfig(context, id, wantedOf({ ...known(id), ...changes })),
    remove: (id) => removeConfig(context, known(id).id),
    redirectUri: (endpoint) => redirectUri(context.baseUrl(), endpoint),
    testConnection: async (id, { as: user = 'admin', through } = {}) => {
      const browser = await as(user);
      const base = context.baseUrl();
      const asked = new URLSearchParams({ id: known(id).id, callbackUrl: base + finishedPath });
      const answer = await browser.post(`${base}${restPath}/flow?${asked.toString()}`, {});
      const begun = parseJson(answer.text);
      if (!isRecord(begun) || typeof begun.initFlowUrl !== 'string') {
        return { outcome: 'error', error: answer.text, page: answer };
      }
      const page = await arrive(await browser.get(begun.initFlowUrl), browser, through);
      if (page.url !== `${base}${finishedPath}/${String(begun.id)}`) {
        return { outcome: 'lost', error: undefined, page };
      }
      const result = parseJson((await browser.get(`${base}${restPath}/flow/${String(begun.id)}`)).text);
      const isSuccess = isRecord(result) && result.success === true;
      const error = isRecord(result) && typeof result.error === 'string' ? result.error : undefined;
      return { outcome: isSuccess ? 'success' : 'error', error, page };
    },
    authorize: async (id, user, through) => {
      const browser = await as(user);
      const feature = `${context.baseUrl()}${featurePath}/${known(id).id}`;
      const page = await arrive(await browser.submit(await browser.get(feature)), browser, through);
      const token = context.clientTokens.get(page.textOf('token-id') ?? '');
      const error = page.textOf('problem');
      const outcome = token ? 'success' : error === undefined ? 'lost' : 'error';
      return { outcome, error, page, token };
    },
    tokens: () => [...context.clientTokens.values()],
    token: (tokenId) => context.clientTokens.get(tokenId),
    useToken: (tokenId, options) => useToken(context, tokenId, options),
    useTokenOnNodes: (tokenId, nodes = 2) =>
      Promise.all(Array.from({ length: nodes }, (_, at) => useToken(context, tokenId, { node: at + 1 }))),
    prune: () => pruneTokens(context),
    log: context.log,
  };
}
