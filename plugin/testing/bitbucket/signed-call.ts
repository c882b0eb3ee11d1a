/**
 * A call in a user's name to the other side, and the reaction to its answer (applinks-oauth1.md 5.3, 5.4):
 * `WWW-Authenticate` is looked at whatever the status, and only three problems cost the stored token.
 */
import { headerOf, type Exchange, type ExchangeRequest } from '../http-exchange.js';
import { signRequest, type SignRequestOptions } from '../sign-request.js';
import type { StandInContext } from './context.js';
import { reportedProblem, type ReportedProblem } from './oauth-challenge.js';
import { threeLeggedIdentity } from './oauth-urls.js';
import type { Link } from './state.js';

export interface CallOptions {
  /** Signed, and sent as the body. */
  form?: SignRequestOptions['form'];
  /** Sent as JSON; the signature does not cover it. */
  json?: unknown;
  headers?: Readonly<Record<string, string>>;
}

export interface CallResult {
  /** `credentials-required`: there is no usable token, the user has to authorise (again). */
  outcome: 'ok' | 'credentials-required' | 'failed';
  status: number | undefined;
  body: string;
  problem: string | undefined;
  advice: string | undefined;
  /** What was sent and what came back; undefined when nothing was sent. */
  exchange: Exchange | undefined;
}

const fatalProblems = new Set(['token_expired', 'token_rejected', 'token_revoked']);
const maxRedirects = 3;

/** Relative paths are appended to rpcUrl; an absolute URL must lie below it. Throws a TypeError otherwise. */
export function targetUrl(link: Link, pathOrUrl: string): string {
  const base = new URL(link.rpcUrl);
  const isAbsolute = /^[a-z][a-z0-9+.-]*:/i.test(pathOrUrl);
  const target = new URL(isAbsolute ? pathOrUrl : `${link.rpcUrl}/${pathOrUrl.replace(/^\/+/, '')}`);
  if (target.origin !== base.origin || !target.pathname.startsWith(base.pathname)) {
    throw new TypeError(`${target.href} does not lie below the link's URL ${link.rpcUrl}.`);
  }
  return target.href;
}

async function sendFollowing(
  context: StandInContext,
  first: ExchangeRequest,
  sign: (url: string) => ExchangeRequest,
): Promise<Exchange> {
  let request = first;
  for (let redirects = 0; ; redirects += 1) {
    const answer = await context.send(request);
    const location = headerOf(answer, 'location');
    const isRedirect = answer.status >= 300 && answer.status <= 399 && location !== undefined;
    if (!isRedirect || redirects === maxRedirects) return answer;
    const url = new URL(location, request.url).href;
    request = context.resignsRedirects ? sign(url) : { ...request, url };
  }
}

function readResult(answer: Exchange, reported: ReportedProblem | undefined): CallResult {
  const problem = reported?.problem;
  const isRefused = problem !== undefined || answer.status < 200 || answer.status > 299;
  const failed = problem !== undefined && fatalProblems.has(problem) ? 'credentials-required' : 'failed';
  return {
    outcome: isRefused ? failed : 'ok',
    status: answer.status,
    body: answer.body,
    problem,
    advice: reported?.advice,
    exchange: answer,
  };
}

interface Call extends CallOptions {
  link: Link;
  method: string;
  /** Path below the link's URL, or an absolute URL there. */
  target: string;
}

export interface UserCall extends Call {
  user: string;
}

export interface ApplicationCall extends Call {
  /** Name of the user to act for ("OAuth with impersonation"); absent: as the application itself. */
  requestor?: string | undefined;
}

const notConnected: CallResult = {
  outcome: 'credentials-required',
  status: undefined,
  body: '',
  problem: undefined,
  advice: undefined,
  exchange: undefined,
};

type Credentials = Pick<SignRequestOptions, 'identity' | 'token' | 'tokenSecret'>;

async function sendSigned(
  context: StandInContext,
  { method, form, json, headers = {} }: CallOptions & { method: string },
  url: string,
  credentials: Credentials,
): Promise<CallResult> {
  const body =
    json === undefined ? undefined : { content: JSON.stringify(json), contentType: 'application/json' };
  const sign = (target: string): ExchangeRequest => {
    const signed = signRequest({
      ...{ method, url: target, form, body },
      ...credentials,
      ...context.signing(),
    });
    return { method, url: signed.url, headers: { ...headers, ...signed.headers }, body: signed.body };
  };
  const answer = await sendFollowing(context, sign(url), sign);
  return readResult(answer, reportedProblem(answer.headers));
}

/** @throws TypeError when the target does not lie below the link's URL. */
export async function callAsUser(context: StandInContext, call: UserCall): Promise<CallResult> {
  const { link, user } = call;
  const url = targetUrl(link, call.target);
  const stored = context.state.tokens.get(link.id, user);
  const identity = threeLeggedIdentity(link, context.host);
  if (stored?.kind !== 'access' || !identity) return notConnected;
  const { token, secret: tokenSecret } = stored;
  const result = await sendSigned(context, call, url, { identity, token, tokenSecret });
  if (result.outcome === 'credentials-required') context.state.tokens.delete(link.id, user);
  return result;
}

/**
 * Without a user's token: `oauth_token` is sent empty, and the host key signs even where the link has a key of its own
 * (applinks-oauth1.md 5.1, 5.3). Whom it acts for stands in the query, signed. Sent whether or not the link's level
 * allows it, so that a provider's refusal can be tested. There is no token to lose: a problem is a failure.
 * @throws TypeError when the target does not lie below the link's URL.
 */
export async function callAsApplication(context: StandInContext, call: ApplicationCall): Promise<CallResult> {
  const url = new URL(targetUrl(call.link, call.target));
  if (call.requestor !== undefined) {
    const parameter = `xoauth_requestor_id=${encodeURIComponent(call.requestor)}`;
    url.search = [url.search.slice(1), parameter].filter(Boolean).join('&');
  }
  const identity = context.host.identity();
  const result = await sendSigned(context, call, url.href, { identity, token: '', tokenSecret: '' });
  return result.outcome === 'ok' ? result : { ...result, outcome: 'failed' };
}
