/**
 * Does a link work, and if not, why (applinks-oauth1.md 3.4)? The checks come in the order in which the first one that
 * fails is the cause of all that follow: address, who answers, clock, is the link known there, levels, a signed call in
 * our own name, one in the user's. What the peer says is shortened, and shown as its words.
 */
import { z } from 'zod';
import type { Context } from '../context.js';
import { ApplinksError, CredentialsRequired, PeerRefused, PeerUnreachable } from '../errors.js';
import type { HostUser } from '../host.js';
import { urlDerivedId } from '../server-id.js';
import type { Connection, Link } from '../store/store.js';
import { connectUrl } from './connect.js';
import { requireInstallation, requireKnownKey } from './installation.js';
import type { LinkClients, PeerFetch } from './link-client.js';
import { compareLevels, levelsDocument } from './level-comparison.js';
import { problemOf } from './oauth-refusal.js';
import { shortenAnswer } from './peer-answer.js';
import { findings, Found, type LinkStatus, type StatusType } from './status-types.js';

import type { Transport } from './transport.js';

/** @param user whose connected account is tested too. Keeps the result as the link's note `status`. */
export type Diagnose = (link: Link, user?: HostUser) => Promise<LinkStatus>;

interface Trouble {
  type: StatusType;
  answer?: string | undefined;
}

const clockHintMs = 60_000;
const clockHint = 'Its clock is';
const whoami = '/plugins/servlet/applinks/whoami';
const maxBytes = 65_536;

const tested = ({ outgoing }: Link): Connection | undefined =>
  outgoing.find(({ kind }) => kind === 'oauth1-atlassian');

export function createDiagnosis(
  context: Context,
  transport: Transport,
  clients: LinkClients,
  serverId: string,
): Diagnose {
  const { store, config, events } = context;

  const inspect = async (link: Link, user: HostUser | undefined, hints: string[]): Promise<StatusType> => {
    const { rpcUrl } = link;
    const outgoing = tested(link);
    if (rpcUrl === null) return 'INCOMING_ONLY';
    if (link.applicationId === null && !outgoing) {
      if (link.outgoing.length === 0) return 'INCOMING_ONLY';
      await requireAnswer(transport, rpcUrl);
      return 'REACHABLE';
    }
    const { tellsLevels } = await requireInstallation(transport, link, rpcUrl);
    if (!tellsLevels) hints.push('It is too old to tell what it allows, so levels were not compared.');
    const isAsked = tellsLevels && link.applicationId !== null;
    const idThere = isAsked ? await requireKnownThere(link, rpcUrl, hints) : undefined;
    await requireKnownKey(transport, link, rpcUrl);
    if (!outgoing) return 'WORKING';
    const client = clients(link.id, { via: outgoing.id });
    if (outgoing.levels.twoLegged) await requireTwoLegged(client.asApplication(), hints);
    if (!user) return 'WORKING';
    if (!(await store.grants.get(outgoing.id, user.id))) {
      if (!outgoing.levels.twoLegged) return 'LOCAL_AUTH_TOKEN_REQUIRED';
      hints.push('Calls in your name were not tested: you have not connected your account there.');
      return 'WORKING';
    }
    const type = await requireThreeLegged(client.as(user));
    if (type === 'WORKING' && idThere !== undefined) await addVerdict(client.as(user), idThere, hints);
    return type;
  };

  /** The peer's id of us is its own answer; the others are how it may have stored us (1.4). */
  const requireKnownThere = async (link: Link, rpcUrl: string, hints: string[]): Promise<string> => {
    const ids = new Set([link.remoteLinkId ?? serverId, serverId, urlDerivedId(config.baseUrl)]);
    for (const id of ids) {
      const url = `${rpcUrl}/rest/applinks/3.0/status/${encodeURIComponent(id)}/oauth`;
      const answer = await transport.request({ url, headers: { accept: 'application/json' }, maxBytes });
      noteClock(answer.dateMs, config.clock(), hints);
      if (answer.status === 404) continue;
      const said = shortenAnswer(answer.body);
      if (answer.status !== 200)
        throw new Found({ type: 'UNEXPECTED_RESPONSE_STATUS', answer: `${answer.status}: ${said}` });
      const levels = levelsDocument.safeParse(parseJson(answer.body));
      if (!levels.success) throw new Found({ type: 'UNEXPECTED_RESPONSE', answer: said });
      const difference = compareLevels(link, levels.data);
      if (difference) throw new Found(difference);
      return id;
    }
    throw new Found({ type: 'NO_REMOTE_APPLINK' });
  };

  return async (link, user) => {
    const hints: string[] = [];
    const trouble = await inspect(link, user, hints).then(
      (type): Trouble => ({ type }),
      (error: unknown): Trouble => {
        if (error instanceof PeerRefused)
          noteClock(middleMs(error.acceptableTimestamps), config.clock(), hints);
        return troubleOf(error, context);
      },
    );
    const finding = findings[trouble.type];
    const named = (text: string): string =>
      text.replaceAll('{peer}', link.name).replaceAll('{app}', config.application.name);
    const needsAccount = trouble.type.endsWith('AUTH_TOKEN_REQUIRED');
    const status: LinkStatus = {
      working: finding.category === 'WORKING' || finding.category === 'NON_ATLASSIAN',
      category: finding.category,
      type: trouble.type,
      cause: named(finding.cause),
      cure: named(finding.cure),
      answer: trouble.answer ?? null,
      connectUrl: needsAccount ? connectUrl(context, link, tested(link)) : null,
      hints,
      checkedAtMs: config.clock(),
    };
    await store.notes.put({
      linkId: link.id,
      kind: 'status',
      document: JSON.stringify(status),
      atMs: status.checkedAtMs,
    });
    if (!status.working) events.emit('connection.failed', { linkId: link.id, problem: status.type });
    return status;
  };
}

/** Of a server that is no Atlassian product anything is an answer: a login page, or where it redirects to. */
async function requireAnswer(transport: Transport, url: string): Promise<void> {
  await transport.request({ url, maxBytes }).catch((error: unknown) => {
    const hasAnswered =
      error instanceof PeerUnreachable && ['redirected', 'too_large', 'bad_answer'].includes(error.kind);
    if (!hasAnswered) throw error;
  });
}

async function requireTwoLegged(call: PeerFetch, hints: string[]): Promise<void> {
  const answer = await call(whoami);
  const body = await answer.text();
  if (answer.status === 200) {
    if (body.trim() === '')
      hints.push('Calls without a user reach it as nobody: no executing user is set there.');
    return;
  }
  const isBare = answer.status === 401 && body === '' && problemOf(answer) !== undefined;
  if (isBare) throw new Found({ type: 'AUTH_LEVEL_UNSUPPORTED' });
  throw new Found({
    type: 'UNEXPECTED_RESPONSE_STATUS',
    answer: `${answer.status}: ${shortenAnswer(Buffer.from(body))}`,
  });
}

async function requireThreeLegged(call: PeerFetch): Promise<StatusType> {
  try {
    const answer = await call(whoami);
    if (answer.status === 200) return 'WORKING';
    if (answer.status === 401 || answer.status === 403) return 'INSUFFICIENT_REMOTE_PERMISSION';
    throw new Found({ type: 'UNEXPECTED_RESPONSE_STATUS', answer: String(answer.status) });
  } catch (error) {
    if (error instanceof CredentialsRequired) return 'REMOTE_AUTH_TOKEN_REQUIRED';
    throw error;
  }
}

const verdict = z.object({
  working: z.boolean(),
  error: z.object({ type: z.string().max(100) }).optional(),
});

/** What the peer's own test says, if the user is an administrator there. To it, a generic link is healthy (3.4). */
async function addVerdict(call: PeerFetch, idThere: string, hints: string[]): Promise<void> {
  const answer = await call(`/rest/applinks/3.0/status/${encodeURIComponent(idThere)}`, { maxBytes }).catch(
    () => undefined,
  );
  if (answer?.status !== 200) return;
  const read = verdict.safeParse(parseJson(Buffer.from(await answer.arrayBuffer())));
  if (!read.success) return;
  const { working, error } = read.data;
  if (working) hints.push('Its own test of the link says: working.');
  else if (error?.type === 'GENERIC_LINK' || error?.type === 'NON_ATLASSIAN')
    hints.push(
      'There the link is listed as Non-Atlassian. That is how it should be: nothing has to be changed.',
    );
  else hints.push(`Its own test of the link says: ${error?.type ?? 'not working'}.`);
}

const isClockHint = (hint: string): boolean => hint.startsWith(clockHint);

/** Of `oauth_acceptable_timestamps`, two numbers of seconds around the peer's time. */
function middleMs(range: string | undefined): number | undefined {
  const [, from, to] = /^(\d{1,11})-(\d{1,11})$/.exec(range ?? '') ?? [];
  return from === undefined ? undefined : ((Number(from) + Number(to)) / 2) * 1000;
}

function noteClock(peerMs: number | undefined, ownMs: number, hints: string[]): void {
  const seconds = peerMs === undefined ? 0 : Math.round((peerMs - ownMs) / 1000);
  if (hints.some(isClockHint) || Math.abs(seconds) * 1000 <= clockHintMs) return;
  const how = seconds > 0 ? 'ahead of' : 'behind';
  hints.push(
    `${clockHint} ${Math.abs(seconds)} seconds ${how} ours. From 300 seconds on, calls are refused.`,
  );
}

const byKind: Readonly<Record<PeerUnreachable['kind'], StatusType>> = {
  address_refused: 'ADDRESS_REFUSED',
  unknown_host: 'UNKNOWN_HOST',
  connection_refused: 'CONNECTION_REFUSED',
  timeout: 'TIMEOUT',
  tls_untrusted: 'SSL_UNTRUSTED',
  tls_expired: 'SSL_UNTRUSTED',
  tls_hostname_mismatch: 'SSL_HOSTNAME_UNMATCHED',
  tls_error: 'SSL_UNMATCHED',
  redirected: 'REDIRECTED',
  too_large: 'UNEXPECTED_RESPONSE',
  connection_lost: 'CONNECTION_LOST',
  bad_answer: 'UNEXPECTED_RESPONSE',
};

const byProblem: Readonly<Record<string, StatusType>> = {
  timestamp_refused: 'OAUTH_TIMESTAMP_REFUSED',
  signature_invalid: 'OAUTH_SIGNATURE_INVALID',
  consumer_key_unknown: 'CONSUMER_UNKNOWN',
};

function troubleOf(error: unknown, { config }: Context): Trouble {
  if (error instanceof Found) return error.trouble;
  if (error instanceof PeerUnreachable)
    return { type: byKind[error.kind], answer: error.answer ?? error.message };
  if (error instanceof PeerRefused) {
    const type = byProblem[error.problem ?? ''] ?? 'OAUTH_PROBLEM';
    const said = [error.problem, error.advice, error.acceptableTimestamps].filter(Boolean).join(', ');
    return { type, answer: said === '' ? error.excerpt : said };
  }
  config.logger.error({ err: error }, 'express-applinks: the test of a link failed');
  return { type: 'UNKNOWN', answer: error instanceof ApplinksError ? error.message : undefined };
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
