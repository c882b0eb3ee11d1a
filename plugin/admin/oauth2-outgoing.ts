/**
 * How we call a peer by OAuth 2.0, as an administrator describes it (oauth2.md 5.2, 5.3): in any order and half-way, since
 * each side needs something of the other first. The secret is sealed at once and shown on no page; users' grants stay
 * when it is replaced, and an authorisation under way is refused after a change, as its settings are sealed in it.
 */
import { randomUUID } from 'node:crypto';
import type { Context } from '../context.js';
import { InvalidInput, PeerUnreachable } from '../errors.js';
import { sealedPlace } from '../store/sealed-places.js';
import type { Connection, Link } from '../store/store.js';
import type { ConnectedAccounts } from './connected-accounts.js';
import type { ChangeLink } from './link-change.js';
import { readInput } from './link-input.js';
import type { LinkService } from './link-service.js';
import type {
  OAuth2Outgoing,
  OAuth2OutgoingView,
  OAuth2Peers,
  OAuth2Preset,
  OAuth2Settings,
  PresetName,
} from './oauth2-connection.js';
import { oauth2DraftInput, oauth2OutgoingInput } from './oauth2-outgoing-input.js';

const longestCallback = 450;

export function createOAuth2Outgoing(
  { config, sealer }: Context,
  change: ChangeLink,
  links: Pick<LinkService, 'create' | 'get' | 'remove'>,
  peers: OAuth2Peers,
  accounts: Pick<ConnectedAccounts, 'disconnect'>,
): OAuth2Outgoing {
  const viewOf = (link: Link, connection: Connection): OAuth2OutgoingView => ({
    ...peers.describe(link, connection),
    linkId: link.id,
    linkName: link.name,
    connectionId: connection.id,
    preferred: connection.preferred,
    clientCredentials: connection.levels.twoLegged,
    callbackUrl: peers.callbackUrl(link.id),
    warnings: callbackWarnings(peers.callbackUrl(link.id)),
  });

  /** Endpoints of a custom server that were not entered, as its metadata has them. */
  const discovered = async (
    link: Link,
    settings: OAuth2Settings,
    isDraft: boolean,
  ): Promise<OAuth2Settings> => {
    const isComplete = settings.authorizeUrl !== null && settings.tokenUrl !== null;
    if (settings.preset !== 'custom' || isComplete || link.rpcUrl === null) return settings;
    try {
      const found = await peers.discover(link.rpcUrl);
      if (!found) return settings;
      const { authorizeUrl, tokenUrl, revokeUrl, issuer, isIssAnnounced, tokenAuthentication } = found;
      return { ...settings, authorizeUrl, tokenUrl, revokeUrl, issuer, isIssAnnounced, tokenAuthentication };
    } catch (error) {
      // A draft is there for its callback URL: a server that is away is asked again with the first values.
      if (error instanceof PeerUnreachable && isDraft && error.kind !== 'bad_answer') return settings;
      if (error instanceof PeerUnreachable) throw new InvalidInput({ authorizeUrl: [error.message] });
      throw error;
    }
  };

  const requireSafe = (settings: OAuth2Settings, link: Link, preset: OAuth2Preset): void => {
    const fields = (['authorizeUrl', 'tokenUrl', 'revokeUrl'] as const).filter((field) => {
      const url = settings[field];
      return url !== null && !peers.isSafeUrl(url);
    });
    const problem = 'Enter an https URL without user name, password and fragment.';
    if (fields.length > 0)
      throw new InvalidInput(Object.fromEntries(fields.map((field) => [field, [problem]])));
    if (link.rpcUrl !== null && !peers.isSafeUrl(link.rpcUrl))
      throw new InvalidInput({
        url: ['OAuth 2.0 needs https: set the address of the link to an https URL.'],
      });
    const unknown = settings.scopes.filter((name) => preset.scopes.every((scope) => scope.name !== name));
    if (preset.kind === 'data-center' && unknown.length > 0)
      throw new InvalidInput({
        scopes: [`${preset.label} knows no ${unknown.join(', ')}. Choose from its scopes.`],
      });
  };

  const write = async (
    linkId: string,
    input: unknown,
    by: string | null,
    isDraft: boolean,
  ): Promise<OAuth2OutgoingView> => {
    const { clientSecret, clientCredentials, preferred, ...given } = readInput(oauth2OutgoingInput, input);
    const now = await links.get(linkId);
    const known = oauth2Of(now);
    if (!known && given.preset === undefined)
      throw new InvalidInput({ preset: ['Choose what the other application is.'] });
    const former = known ?? newConnection(config.clock(), now);
    const entered = withoutAddressesOfAnother({ ...peers.read(former), ...defined(given) }, given);
    const settings = await discovered(now, entered, isDraft);
    const preset = presetOf(peers, settings.preset);
    requireSafe(settings, now, preset);
    const link = await change(
      linkId,
      (current) => {
        const before = oauth2Of(current) ?? former;
        const connection: Connection = {
          ...before,
          preferred: preferred ?? before.preferred,
          levels: { ...before.levels, twoLegged: clientCredentials ?? before.levels.twoLegged },
          settings: peers.write({ ...settings, scopes: askedByName(settings.scopes, preset) }),
          sealedSecret:
            clientSecret === undefined
              ? before.sealedSecret
              : sealer.seal(clientSecret, sealedPlace.connectionSecret(linkId, before.id)),
        };
        const others = current.outgoing
          .filter(({ id }) => id !== connection.id)
          .map((other) => (connection.preferred ? { ...other, preferred: false } : other));
        const next = { ...current, outgoing: [...others, connection] };
        const isReady = peers.describe(next, connection).state === 'ready';
        return isReady ? { ...next, state: 'active' } : next;
      },
      by,
    );
    return viewOf(link, oauth2Of(link) ?? former);
  };

  return {
    presets: peers.presets,
    createDraft: async (input, by) => {
      const { preset, name, url } = readInput(oauth2DraftInput, input);
      const base = url?.replace(/\/+$/, '') ?? null;
      if (base !== null && !peers.isSafeUrl(base))
        throw new InvalidInput({ url: ['Enter an https URL without user name, password and fragment.'] });
      if (base === config.baseUrl)
        throw new InvalidInput({ url: ['This is the address of this application itself.'] });
      const type = presetOf(peers, preset).linkType;
      const { link } = await links.create({ name, type, rpcUrl: base, displayUrl: base }, by);
      await change(link.id, (current) => ({ ...current, state: 'draft' }), by);
      try {
        return await write(link.id, { preset }, by, true);
      } catch (error) {
        await links.remove(link.id, by);
        throw error;
      }
    },
    find: async (linkId) => {
      const link = await links.get(linkId);
      const connection = oauth2Of(link);
      return connection && viewOf(link, connection);
    },
    save: (linkId, input, by) => write(linkId, input, by, false),
    remove: async (linkId, by) => {
      const connection = oauth2Of(await links.get(linkId));
      // While the client's credentials are still there: the peer wants them to take tokens back.
      if (connection) await accounts.disconnect({ linkId, connectionId: connection.id });
      await change(
        linkId,
        (link) => ({ ...link, outgoing: link.outgoing.filter(({ kind }) => kind !== 'oauth2') }),
        by,
      );
    },
  };
}

const oauth2Of = ({ outgoing }: Link): Connection | undefined =>
  outgoing.find(({ kind }) => kind === 'oauth2');

const newConnection = (createdAtMs: number, { outgoing }: Link): Connection => ({
  id: randomUUID(),
  kind: 'oauth2',
  preferred: outgoing.every(({ preferred }) => !preferred),
  levels: { threeLegged: true, twoLegged: false, impersonation: false },
  signingKeyId: null,
  settings: {},
  sealedSecret: null,
  createdAtMs,
});

/** Entered addresses have no issuer that would be known; another preset has no addresses of its own. */
function withoutAddressesOfAnother(settings: OAuth2Settings, given: object): OAuth2Settings {
  if (settings.preset === 'custom' && !('authorizeUrl' in given) && !('tokenUrl' in given)) return settings;
  const none = { issuer: null, isIssAnnounced: false };
  if (settings.preset === 'custom') return { ...settings, ...none };
  return { ...settings, ...none, authorizeUrl: null, tokenUrl: null, revokeUrl: null };
}

/** Atlassian's cloud is always asked for refresh tokens (oauth2.md part 7, row 6); to others it is a scope as any. */
const askedByName = (scopes: readonly string[], { kind }: OAuth2Preset): string[] =>
  scopes.filter((name) => kind !== 'cloud' || name !== 'offline_access');

function presetOf(peers: OAuth2Peers, name: PresetName): OAuth2Preset {
  const preset = peers.presets.find((one) => one.name === name);
  if (preset) return preset;
  throw new InvalidInput({ preset: ['Choose what the other application is.'] });
}

function defined<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as { [K in keyof T]: Exclude<T[K], undefined> };
}

function callbackWarnings(url: string): string[] {
  const { protocol, hostname } = new URL(url);
  return [
    ...(url.length > longestCallback
      ? [`Atlassian products take callback URLs of at most ${longestCallback} characters.`]
      : []),
    ...(protocol === 'http:' && hostname !== 'localhost'
      ? ['Atlassian products take callback URLs over https only, but for localhost. Set baseUrl to https.']
      : []),
  ];
}
