/**
 * Calls to a peer as a host writes them: `client(linkId).as(user)('/rest/api/1.0/projects')`. Signed for one address of
 * this link only, so a path from outside can never carry a user's token elsewhere (applinks-oauth1.md 5.3); no redirect
 * is followed. A token is forgotten on the three problems of 5.4 only: any other failure would log out everybody when
 * the peer has a bad day.
 */
import { ApplinksError, CredentialsRequired, PeerRefused, PeerUnreachable } from '../errors.js';
import type { Context } from '../context.js';
import type { HostUser } from '../host.js';
import type { Pair } from '../oauth1/encoding.js';
import { createNoteKeeper } from '../store/note-keeper.js';
import type { Connection, Link } from '../store/store.js';
import { connectUrl } from './connect.js';
import { connectionOf } from './connection.js';
import type { IdentityOf } from './endpoints.js';
import type { LinkStatus } from './status-types.js';
import type { Grants } from './grants.js';
import { isTokenDead, problemOf } from './oauth-refusal.js';
import { shortenAnswer } from './peer-answer.js';
import { readCall, requireNoRequestor, type CallInit, type PreparedCall } from './prepared-call.js';
import { authorizationOf } from './sign.js';
import type { Transport } from './transport.js';

/** Like fetch. The path is below the link's RPC URL, or an absolute URL below it. Redirects are errors. */
export type PeerFetch = (path: string, init?: CallInit) => Promise<Response>;

export interface LinkClient {
  /** Tests the link; with a user, calls in their name too. Never rejects for what is wrong with the peer. */
  status(user?: HostUser): Promise<LinkStatus>;
  /** In this user's name (3LO). @throws CredentialsRequired when they have to connect first. */
  as(user: HostUser | string): PeerFetch;
  /**
   * In the application's own name (2LO), which Atlassian products treat as anonymous unless an executing user is set
   * there (6.6); with `requestor`, in the name of the user who is called so there (2LOi).
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

interface Target {
  link: Link;
  connection: Connection;
}

interface Voice {
  tokenSecret: string;
  token: string;
  requestor?: string | undefined;
}

export function createLinkClients(
  context: Context,
  transport: Transport,
  identityOf: IdentityOf,
  grants: Grants,
): LinkClients {
  const { store, config, events } = context;
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

  const send = async ({ link, connection }: Target, call: PreparedCall, voice: Voice) => {
    const url = voice.requestor === undefined ? call.url : withRequestor(call.url, voice.requestor);
    const parameters: Pair[] = [['oauth_token', voice.token]];
    const identity = await identityOf(link, connection, voice.tokenSecret);
    const toSign = { method: call.method, url, form: call.form, parameters };
    const authorization = authorizationOf(identity, toSign, Math.floor(config.clock() / 1000));
    const headers = { ...call.headers, authorization };
    const { method, body, maxBytes, timeoutMs, signal } = call;
    return transport.request({ method, url, headers, body, maxBytes, timeoutMs, signal });
  };

  const failed = ({ link }: Target, error: unknown): void => {
    const isKnown = error instanceof ApplinksError;
    const problem = isKnown ? problemCode(error) : 'internal_error';
    events.emit('connection.failed', { linkId: link.id, problem });
    keepFailure(link.id, () => ({ problem, message: isKnown ? error.message : 'The log says more.' }));
  };

  const answerOf = async (
    target: Target,
    call: PreparedCall,
    voice: Voice,
    onDead: (problem: string) => Promise<Response>,
  ) => {
    const answer = await send(target, call, voice).catch((error: unknown) => {
      // A caller who changed their mind is no failure of the link.
      if (!call.signal?.aborted) failed(target, error);
      throw error;
    });
    const refused = problemOf(answer);
    if (refused?.problem === undefined) return toResponse(answer);
    if (isTokenDead(refused.problem)) return onDead(refused.problem);
    const error = new PeerRefused({ status: answer.status, ...refused, excerpt: shortenAnswer(answer.body) });
    failed(target, error);
    throw error;
  };

  const asUser = async (
    target: Target,
    userId: string,
    call: PreparedCall,
    isSecondTry = false,
  ): Promise<Response> => {
    const { link, connection } = target;
    requireLevel(link, connection.levels.threeLegged, 'in the name of a user (3LO)');
    const opened = await grants.open(link, connection, userId).catch((error: unknown) => {
      failed(target, error);
      throw error;
    });
    if (!opened) throw credentialsRequired(target);
    return answerOf(target, call, opened, async (problem) => {
      // Renewed by another process while this call was on its way; the peer did nothing, so it is sent again.
      if (!(await grants.drop(opened, problem)) && !isSecondTry) return asUser(target, userId, call, true);
      throw credentialsRequired(target);
    });
  };

  const credentialsRequired = ({ link, connection }: Target): CredentialsRequired =>
    new CredentialsRequired(link.id, connectUrl(context, link, connection), link.name);

  return (linkId, { via } = {}) => ({
    as: (user) => async (path, init) => {
      const target = await targetOf(linkId, via);
      return asUser(target, typeof user === 'string' ? user : user.id, readCall(target.link, path, init));
    },
    asApplication:
      ({ requestor } = {}) =>
      async (path, init) => {
        const target = await targetOf(linkId, via);
        const { levels } = target.connection;
        if (requestor === undefined)
          requireLevel(target.link, levels.twoLegged, "in the application's own name (2LO)");
        else requireLevel(target.link, levels.impersonation, 'for a named user (2LO with impersonation)');
        const voice = { token: '', tokenSecret: '', requestor };
        const call = readCall(target.link, path, init);
        requireNoRequestor(call, requestor);
        const answer = await answerOf(target, call, voice, (problem) => {
          const error = new PeerRefused({ status: 401, problem });
          failed(target, error);
          throw error;
        });
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
      return asUser(target, serviceUserId, readCall(target.link, path, init));
    },
    withAccessToken: (token) => async (path, init) => {
      const link = await linkOf(linkId);
      const { method, url, headers, body, maxBytes, timeoutMs, signal } = readCall(link, path, init);
      const bearer = { ...headers, authorization: `Bearer ${token}` };
      return toResponse(
        await transport.request({ method, url, headers: bearer, body, maxBytes, timeoutMs, signal }),
      );
    },
  });
}

/** The name goes into the query and is signed with it (applinks-oauth1.md 5.3, variant 2LOi). */
function withRequestor(url: string, requestor: string): string {
  const separator = url.includes('?') ? '&' : '?';
  return `${url}${separator}xoauth_requestor_id=${encodeURIComponent(requestor)}`;
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
