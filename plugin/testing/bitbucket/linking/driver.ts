/** The linking side of a stand-in as a test drives it, without a browser. */
import type { Exchange } from '../../http-exchange.js';
import { callAsApplication, type CallOptions, type CallResult } from '../signed-call.js';
import type { Link, User } from '../state.js';
import type { LinkingContext, LinkingSwitches } from './context.js';
import { createAppLink } from './create-app-link.js';
import { deleteTwoWay, permissionThere, type DeleteRefusal } from './delete-rest.js';
import { entitiesOf, type RemoteEntity } from './entities.js';
import { linkStatus, type LinkStatus } from './link-status.js';
import { localLevels, setIncoming, setOutgoing } from './local-oauth.js';
import { disabled, impersonating, oauthDefault, type Levels } from './oauth-levels.js';
import { addOwnHalf, otherSideUrl, trustRemote } from './own-half.js';
import { probe, type ProbeResult } from './probe.js';
import { checkAdministrator, checkWayBack, type Failure } from './reciprocal-link.js';
import { removeLink } from './remove-link.js';

export interface PasswordLink {
  /** Of the application under test. */
  url: string;
  /** Default: `url`. */
  displayUrl?: string;
  /** An administrator there. */
  username: string;
  password: string;
  /** `Our CI` by default. */
  name?: string;
  /** `generic` by default. */
  typeId?: string;
  /** True by default: OAuth with 2LO. */
  trustsEachOther?: boolean;
  /** Adds impersonation. False by default. */
  sharesUsers?: boolean;
  /** Registered there as the way back; the stand-in's base URL by default. */
  ownRpcUrl?: string;
  /** The two optional checks before anything is created. True by default. */
  checksFirst?: boolean;
}

export interface PasswordLinkResult {
  /** What ended the flow before anything was stored here. */
  failure: Failure | undefined;
  /** Of the link that was stored here. */
  linkId: string | undefined;
  autoConfigurationSuccessful: boolean;
  /** What went wrong with authentication. */
  problem: string | undefined;
  /** What is stored here now. */
  levels: Levels;
  /** What was sent for it, in order. */
  exchanges: readonly Exchange[];
}

export interface LinkingDriver {
  /** Change them at any time. */
  readonly switches: LinkingSwitches;
  /** What the wizard finds at this URL. */
  probe(url: string): Promise<ProbeResult>;
  /** Both halves with the password of an administrator there, as the system administrator of the stand-in. */
  createLinkByPassword(wanted: PasswordLink): Promise<PasswordLinkResult>;
  /**
   * The stand-in's half only, and where its browser would be sent now. Throws when there is no manifest at `url`.
   * `trusts`: fetches the other side's consumer-info at once.
   */
  createOwnHalf(
    url: string,
    options?: { trusts?: boolean },
  ): Promise<{ linkId: string; redirectUrl: string }>;
  /** Undefined when it is gone. Two-way asks the other side in the user's name, `admin` by default. */
  deleteLink(
    linkId: string,
    options?: { reciprocate?: boolean; as?: string },
  ): Promise<DeleteRefusal | undefined>;
  /** The code of the other side, or why there is none. */
  mayDeleteThere(linkId: string, user?: string): Promise<string>;
  /** As the list page shows it to this administrator, `admin` by default. */
  status(linkId: string, user?: string): Promise<LinkStatus>;
  levels(linkId: string): Levels;
  /** As `PUT status/{id}/oauth` does. Undefined when it worked, else why not. */
  setLevels(linkId: string, levels: Levels): Promise<string | undefined>;
  /** 2LO, or 2LOi with `requestor`. Sent whatever the link's level. */
  callAsApplication(
    linkId: string,
    method: string,
    path: string,
    options?: CallOptions & { requestor?: string },
  ): Promise<CallResult>;
  /** The projects of the other side, or a sentence that says why there is no list. */
  entities(linkId: string, user?: string): Promise<RemoteEntity[] | string>;
}

const nothing: Levels = { incoming: disabled, outgoing: disabled };

async function createByPassword(
  context: LinkingContext,
  caller: User,
  wanted: PasswordLink,
): Promise<Omit<PasswordLinkResult, 'exchanges'>> {
  const { username, password, name = 'Our CI', typeId = 'generic', checksFirst = true } = wanted;
  const rpcUrl = wanted.url.replace(/\/+$/, '');
  const ownRpcUrl = wanted.ownRpcUrl ?? context.own().baseUrl;
  const remote = { rpcUrl, username, password };
  const failed = (failure: Failure) => ({
    ...{ failure, linkId: undefined, problem: undefined, levels: nothing },
    autoConfigurationSuccessful: false,
  });
  if (checksFirst) {
    const failure =
      (await checkAdministrator(context, remote)) ?? (await checkWayBack(context, remote, ownRpcUrl));
    if (failure) return failed(failure);
  }
  const trusting = wanted.sharesUsers ? impersonating : oauthDefault;
  const result = await createAppLink(
    context,
    {
      ...{ name, typeId, rpcUrl, displayUrl: wanted.displayUrl ?? rpcUrl },
      level: wanted.trustsEachOther === false ? disabled : trusting,
      twoWay: { username, password, ownRpcUrl },
    },
    caller,
  );
  if ('failure' in result) return failed(result.failure);
  const { link, autoConfigurationSuccessful, problem } = result;
  const levels = localLevels(context, link);
  return { failure: undefined, linkId: link.id, autoConfigurationSuccessful, problem, levels };
}

export function createLinkingDriver(context: LinkingContext): LinkingDriver {
  const linkOf = (id: string): Link => {
    const link = context.state.links.get(id);
    if (!link) throw new Error(`The stand-in has no link ${id}.`);
    return link;
  };
  const userOf = (name: string): User => {
    const user = context.state.users.get(name);
    if (!user) throw new Error(`The stand-in has no user ${name}.`);
    return user;
  };
  return {
    switches: context.switches,
    probe: (url) => probe(context, url),
    createLinkByPassword: async (wanted) => {
      const before = context.exchanges.length;
      const operator: User = { name: 'operator', password: '', admin: true, systemAdmin: true };
      const result = await createByPassword(context, operator, wanted);
      return { ...result, exchanges: context.exchanges.slice(before) };
    },
    createOwnHalf: async (url, { trusts = false } = {}) => {
      const found = await probe(context, url);
      if (!('manifest' in found)) throw new Error(`There is no manifest at ${url}: ${JSON.stringify(found)}`);
      const link = addOwnHalf(context, url.replace(/\/+$/, ''), found.manifest);
      if (typeof link === 'string') throw new Error(link);
      const problem = trusts ? await trustRemote(context, link) : undefined;
      if (problem) throw new Error(problem);
      return { linkId: link.id, redirectUrl: otherSideUrl(context, link) };
    },
    deleteLink: async (linkId, { reciprocate = false, as = 'admin' } = {}) => {
      const link = linkOf(linkId);
      if (reciprocate) return deleteTwoWay(context, link, userOf(as));
      removeLink(context, link);
      return undefined;
    },
    mayDeleteThere: (linkId, user = 'admin') => permissionThere(context, linkOf(linkId), userOf(user)),
    status: (linkId, user = 'admin') => linkStatus(context, linkOf(linkId), user),
    levels: (linkId) => localLevels(context, linkOf(linkId)),
    setLevels: async (linkId, { incoming, outgoing }) => {
      const problem = await setIncoming(context, linkOf(linkId), incoming);
      if (!problem) setOutgoing(context, linkOf(linkId), outgoing);
      return problem;
    },
    callAsApplication: async (linkId, method, path, options) =>
      callAsApplication(context, { link: linkOf(linkId), method, target: path, ...options }),
    entities: (linkId, user = 'admin') => entitiesOf(context, linkOf(linkId), userOf(user)),
  };
}
