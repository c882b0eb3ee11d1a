/**
 * The older two-way wizard, which makes both halves with an administrator's password (applinks-oauth1.md 2.2): first
 * the remote's half, then the own one, then authentication on both sides. A failure in the first stores nothing here;
 * one in the last only clears `autoConfigurationSuccessful`. The password is used for these calls and kept nowhere.
 */
import { addLink, checkNewLink } from '../add-link.js';
import { isRecord, text, type JsonRecord } from '../json-body.js';
import type { Link, User } from '../state.js';
import { configureRemote } from './auto-configure.js';
import type { LinkingContext } from './context.js';
import { consumerOf } from './incoming-consumer.js';
import { fetchIncoming, setOutgoing } from './local-oauth.js';
import { downloadManifest, manifestForType } from './manifest-download.js';
import { disabled, flagsOfLevel, impersonating, oauthDefault, type Level } from './oauth-levels.js';
import {
  checkAdministrator,
  createReciprocalLink,
  remoteRest,
  type Failure,
  type Remote,
} from './reciprocal-link.js';
import type { RemoteManifest } from './remote-manifest.js';
import { isSystemAdmin } from './roles.js';

export interface WantedLink {
  name: string;
  typeId: string;
  rpcUrl: string;
  displayUrl: string;
  /** Of both directions. */
  level: Level;
  /** Absent: one-way. */
  twoWay: { username: string; password: string; ownRpcUrl: string } | undefined;
}

export type CreateAppLinkResult =
  | { failure: Failure; fields: string[] }
  | { link: Link; autoConfigurationSuccessful: boolean; problem: string | undefined };

const refused = (message: string, field: string): { failure: Failure; fields: string[] } => ({
  failure: { status: 400, messages: [message] },
  fields: [field],
});

function levelOf(values: unknown): Level {
  if (!isRecord(values) || values.trustEachOther !== true) return disabled;
  return values.shareUserbase === true ? impersonating : oauthDefault;
}

/** The body of 2.2, or what is wrong with it. */
export function readWantedLink(
  context: LinkingContext,
  body: JsonRecord,
): WantedLink | { failure: Failure; fields: string[] } {
  const entity = isRecord(body.applicationLink) ? body.applicationLink : {};
  const [name, typeId] = [text(entity.name), text(entity.typeId)];
  const rpcUrl = text(entity.rpcUrl)?.replace(/\/+$/, '');
  if (!name) return refused('The name is missing.', 'name');
  if (!typeId) return refused('The type is missing.', 'typeId');
  if (!rpcUrl) return refused('The URL is missing.', 'rpcUrl');
  const [username, password] = [text(body.username), text(body.password)];
  if (body.createTwoWayLink === true && (!username || !password)) {
    return refused('User name and password are required for a two-way link.', 'username');
  }
  const customUrl = body.customRpcURL === true ? text(body.rpcUrl) : undefined;
  const ownRpcUrl = customUrl ?? context.own().baseUrl;
  const isTwoWay = body.createTwoWayLink === true && username && password;
  return {
    ...{ name, typeId, rpcUrl },
    displayUrl: text(entity.displayUrl)?.replace(/\/+$/, '') ?? rpcUrl,
    level: levelOf(body.configFormValues),
    twoWay: isTwoWay ? { username, password, ownRpcUrl } : undefined,
  };
}

async function authenticate(
  context: LinkingContext,
  link: Link,
  manifest: RemoteManifest,
  level: Level,
  remote: Remote,
): Promise<string | undefined> {
  const { capabilities } = await context.capabilities.of(link);
  const problem = await configureRemote(
    { incoming: level, outgoing: level },
    {
      rest: remoteRest(context, remote),
      applinksVersion: manifest.applinksVersion,
      capabilities,
      ownId: context.own().id,
    },
  );
  if (problem) return problem;
  if (!consumerOf(context.state, link)) {
    const missing = await fetchIncoming(context, link, flagsOfLevel(level));
    if (missing) return missing;
  }
  setOutgoing(context, link, level);
  return undefined;
}

export async function createAppLink(
  context: LinkingContext,
  wanted: WantedLink,
  caller: User,
): Promise<CreateAppLinkResult> {
  const { name, typeId, rpcUrl, displayUrl, level, twoWay } = wanted;
  if (level.twoLoImpersonationEnabled && !isSystemAdmin(caller)) {
    return refused('Only a system administrator may share the user base.', 'shareUserbase');
  }
  const checked = checkNewLink(context.state, { name, typeId, rpcUrl, displayUrl });
  if (typeof checked === 'string') return refused(checked, 'rpcUrl');
  const remote = twoWay && { rpcUrl, username: twoWay.username, password: twoWay.password };
  if (remote) {
    const failure =
      (await checkAdministrator(context, remote)) ??
      (await createReciprocalLink(context, remote, twoWay.ownRpcUrl));
    if (failure) return { failure, fields: [] };
  }
  const manifest = manifestForType(await downloadManifest(context, rpcUrl), rpcUrl, typeId);
  const link = addLink(context.state, { id: manifest.id, name, typeId, rpcUrl, displayUrl }, 'as-sent');
  if (typeof link === 'string') return refused(link, 'rpcUrl');
  if (!remote || !level.enabled) return { link, autoConfigurationSuccessful: true, problem: undefined };
  const problem = await authenticate(context, link, manifest, level, remote);
  return { link, autoConfigurationSuccessful: problem === undefined, problem };
}
