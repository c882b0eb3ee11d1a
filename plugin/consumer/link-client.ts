/**
 * Calls to a peer as a host writes them: `client(linkId).as(user)('/rest/api/1.0/projects')`, by whichever protocol the
 * link's connection speaks. They go to one address of this link only, so a path from outside can never carry a user's
 * token elsewhere (applinks-oauth1.md 5.3; oauth2.md part 7, row 22); no redirect is followed.
 */
import { ApplinksError, CredentialsRequired, PeerRefused, PeerUnreachable } from '../errors.js';
import type { Context } from '../context.js';
import type { HostUser } from '../host.js';
import { createNoteKeeper } from '../store/note-keeper.js';
import type { Link } from '../store/store.js';
import type { Calls, Target } from './calls.js';
import { connectionOf } from './connection.js';
import { readCall, type CallInit } from './prepared-call.js';
import type { LinkStatus } from './status-types.js';
import type { Transport, TransportAnswer } from './transport.js';

/** Like fetch. The path is below the link's RPC URL, or an absolute URL below it. Redirects are errors. */
export type PeerFetch = (path: string, init?: CallInit) => Promise<Response>;

export interface LinkClient {
  /** Tests the link; with a user, calls in their name too. Never rejects for what is wrong with the peer. */
  status(user?: HostUser): Promise<LinkStatus>;
  /** In this user's name (3LO). @throws CredentialsRequired when they have to connect first. */
  as(user: HostUser | string): PeerFetch;
  /**
   * In the application's own name (2LO), which Atlassian products treat as anonymous unless an executing user is set
   * there (6.6); with `requestor`, in the name of the user who is called so there (2LOi). By OAuth 2.0: with a token that
   * the peer issues to the client itself.
   */
  asApplication(options?: { requestor?: string }): PeerFetch;
  /** With the grant of the link's service user: for work in the background. */
  asService(): PeerFetch;
  /** With an HTTP access token, as Bitbucket Data Center gives them out; needs no connection. */
  withAccessToken(token: string): PeerFetch;
}

export interface ClientOptions {
  /** Id of a connection; default: the preferred one. */
  via?: string;
}

/** @throws ApplinksError `not_found` when called, PeerUnreachable, PeerRefused, CredentialsRequired */
export type LinkClients = (linkId: string, options?: ClientOptions) => Omit<LinkClient, 'status'>;

export interface CallsByProtocol {
  oauth1: Calls;
  oauth2: Calls;
}

export function createLinkClients(
  context: Context,
  transport: Transport,
  calls: CallsByProtocol,
): LinkClients {
  const { store, events } = context;
  const keepFailure = createNoteKeeper(context, 'outgoing_failed');
  const noteApplicationUse = createNoteKeeper(context, 'outgoing_used');

  const linkOf = async (linkId: string): Promise<Link> => {
    const link = await store.links.get(linkId);
    if (link) return link;
    throw new ApplinksError('not_found', 404, 'There is no such application link.');
  };
  const targetOf = async (linkId: string, via: string | undefined): Promise<Target> => {
    const link = await linkOf(linkId);
    return { link, connection: connectionOf(link, via) };
  };

  const callsOf = ({ connection }: Target): Calls =>
    calls[connection.kind === 'oauth2' ? 'oauth2' : 'oauth1'];

  const failed = ({ link }: Target, error: unknown): void => {
    const isKnown = error instanceof ApplinksError;
    const problem = isKnown ? problemCode(error) : 'internal_error';
    events.emit('connection.failed', { linkId: link.id, problem });
    keepFailure(link.id, () => ({ problem, message: isKnown ? error.message : 'The log says more.' }));
  };

  /** A caller who changed their mind, asks for another link's address or has to connect, is no failure of the link. */
  const isOfTheLink = (error: unknown, init: CallInit | undefined): boolean =>
    init?.signal?.aborted !== true &&
    !(error instanceof CredentialsRequired) &&
    !(error instanceof ApplinksError && error.status < 500);

  const responseTo = async (
    target: Target,
    init: CallInit | undefined,
    call: Promise<TransportAnswer>,
  ): Promise<Response> =>
    toResponse(
      await call.catch((error: unknown) => {
        if (isOfTheLink(error, init)) failed(target, error);
        throw error;
      }),
    );

  const asUser = async (
    target: Target,
    userId: string,
    path: string,
    init: CallInit | undefined,
  ): Promise<Response> => {
    const { link, connection } = target;
    requireLevel(link, connection.levels.threeLegged, 'in the name of a user (3LO)');
    return responseTo(target, init, callsOf(target).asUser(target, userId, path, init));
  };

  return (linkId, { via } = {}) => ({
    as: (user) => async (path, init) =>
      asUser(await targetOf(linkId, via), typeof user === 'string' ? user : user.id, path, init),
    asApplication:
      ({ requestor } = {}) =>
      async (path, init) => {
        const target = await targetOf(linkId, via);
        const { levels } = target.connection;
        if (requestor === undefined)
          requireLevel(target.link, levels.twoLegged, "in the application's own name (2LO)");
        else requireLevel(target.link, levels.impersonation, 'for a named user (2LO with impersonation)');
        const calls = callsOf(target);
        const answer = await responseTo(target, init, calls.asApplication(target, requestor, path, init));
        noteApplicationUse(linkId);
        return answer;
      },
    asService: () => async (path, init) => {
      const target = await targetOf(linkId, via);
      const { serviceUserId, name } = target.link;
      if (serviceUserId === null)
        throw new ApplinksError(
          'not_connectable',
          409,
          `${name} has no service user. Choose one on the page of this link.`,
        );
      return asUser(target, serviceUserId, path, init);
    },
    withAccessToken: (token) => async (path, init) => {
      const { name, rpcUrl: base } = await linkOf(linkId);
      const { method, url, headers, body, maxBytes, timeoutMs, signal } = readCall(
        { name, base },
        path,
        init,
      );
      const bearer = { ...headers, authorization: `Bearer ${token}` };
      return toResponse(
        await transport.request({ method, url, headers: bearer, body, maxBytes, timeoutMs, signal }),
      );
    },
  });
}

function requireLevel(link: Link, isOn: boolean, what: string): void {
  if (isOn) return;
  throw new ApplinksError(
    'not_connectable',
    409,
    `Calls to ${link.name} ${what} are switched off. An administrator can switch them on, on both sides, on the page of this link.`,
  );
}

function problemCode(error: ApplinksError): string {
  if (error instanceof PeerUnreachable) return error.kind;
  return error instanceof PeerRefused ? (error.problem ?? error.code) : error.code;
}

function toResponse({ status, headers, body }: { status: number; headers: Headers; body: Buffer }): Response {
  const isBodiless = status === 204 || status === 205 || status === 304;
  return new Response(isBodiless ? null : new Uint8Array(body), { status, headers });
}
