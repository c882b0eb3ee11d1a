/** What the guide shows of a link: both directions in the peer's words and ours, with values to copy and steps. */
import type { HostUser } from '../../host.js';
import { publicPath, type Mount } from '../../http/public-url.js';
import type { Link } from '../../store/store.js';
import { describeClient, expectedRedirectUri } from '../clients/client-summary.js';
import type { OwnServer } from '../clients/own-server.js';
import { doneMessage } from '../done-message.js';
import { seenOf } from '../link-status.js';
import type { OAuth2OutgoingView } from '../oauth2-connection.js';
import { callsOf, type CallsSources } from './calls-of-link.js';
import type { EnteredGuide } from './guide-forms.js';
import { guidePath } from './guide-path.js';
import { generationOf } from './product.js';
import { stepsOf } from './steps.js';

export interface GuideSources extends CallsSources {
  server: OwnServer;
}

export async function describeGuide(
  sources: GuideSources,
  link: Link,
  user: HostUser,
  { values = {}, problems = {}, chosenScopes, secret }: EnteredGuide,
  query: URLSearchParams,
): Promise<object> {
  const { context, oauth2Outgoing, server } = sources;
  const { config } = context;
  const calls = await oauth2Outgoing.find(link.id);
  const seen = await seenOf(context, link.id);
  const expected = expectedRedirectUri(server, link);
  const chosen = link.clients.find(({ id }) => id === secret?.clientId) ?? link.clients.at(-1);
  const offered = Object.entries(config.offeredScopes).map(([name, description]) => ({ name, description }));
  return {
    link: { id: link.id, name: link.name, displayUrl: link.displayUrl, version: link.version },
    kind: calls?.preset.kind ?? 'unknown',
    product: calls?.preset.label ?? 'another application',
    generation: calls?.preset.kind === 'data-center' ? generationOf(link.type, link.version) : 'unknown',
    steps: stepsOf({ calls, clients: link.clients, seen }),
    calls: calls && {
      ...(await callsOf(sources, link.id)),
      chosenScopes:
        chosenScopes ?? (calls.settings.scopes.length > 0 ? calls.settings.scopes : suggested(calls)),
      testPath: testPath(config, link.id, calls.connectionId),
    },
    client: chosen && describeClient(config, server, link, chosen),
    otherClients: Math.max(0, link.clients.length - 1),
    expected,
    server,
    ownUrl: config.baseUrl,
    offered,
    presets: oauth2Outgoing.presets.map(({ name, label }) => ({ name, label })),
    form: {
      values: { ...formValues(calls), redirect_uri: '', placeholder_uri: link.displayUrl ?? '', ...values },
      problems,
    },
    secret: secret?.value,
    seen,
    isOwnFlow: seen.flow?.userId === user.id,
    done: doneMessage(query),
    isUnsafe: !config.baseUrl.startsWith('https:'),
    guide: guidePath(link.id),
  };
}

/** The least that lets us know whose token it is: more is the administrator's decision (oauth2.md part 3). */
function suggested({ preset: { name } }: OAuth2OutgoingView): string[] {
  const least: Readonly<Record<string, string[]>> = {
    bitbucket: ['REPO_READ'],
    jira: ['READ'],
    confluence: ['READ'],
    'jira-cloud': ['read:jira-user', 'read:jira-work'],
  };
  return least[name] ?? [];
}

function formValues(calls: OAuth2OutgoingView | undefined): Record<string, string> {
  const { settings } = calls ?? {};
  return {
    client_id: settings?.clientId ?? '',
    client_secret: '',
    scopes: settings?.scopes.join(' ') ?? '',
    authorize_url: settings?.authorizeUrl ?? '',
    token_url: settings?.tokenUrl ?? '',
    revoke_url: settings?.revokeUrl ?? '',
    token_authentication: settings?.tokenAuthentication ?? 'client_secret_post',
  };
}

/** A link and no form: a browser holds a page's `form-action` against each redirect that follows, and logins redirect. */
function testPath(mount: Mount, linkId: string, connectionId: string): string {
  const returnTo = publicPath(mount, guidePath(linkId, '/tested'));
  const query = new URLSearchParams({ start: '1', via: connectionId, returnTo });
  return `/applinks/connect/${encodeURIComponent(linkId)}?${query.toString()}`;
}
