/**
 * The authorization endpoint (RFC 6749 section 4.1, RFC 9207; oauth2.md part 6, rows 1 to 15). It decides nothing without
 * the user: the page is shown by GET, decided by POST, and every request is checked again then. What an attacker tries:
 * to have the browser sent to him (redirect-target.ts), a page pressed unseen (consent-page.ts), a code for more than was
 * shown; the form is bound to all of the request, and to the scopes on the page.
 */
import type { Request, Response } from 'express';
import type { Context } from '../../context.js';
import { OAuth2Error } from '../../oauth2-errors.js';
import type { HostUser } from '../../host.js';
import type { Endpoint } from '../../http/handler.js';
import { publicPath } from '../../http/public-url.js';
import { requireUser } from '../../http/user.js';
import { endpointPaths } from '../../oauth2/metadata.js';
import type { AuthorizeDependencies } from '../authorize.js';
import { askConsent, readDecision } from '../consent-page.js';
import type { AttemptNotes } from './attempt-notes.js';
import { answerAsked, redirectBack, type Asked } from './asked.js';
import { issueCode } from './authorization-code.js';
import { sentNames, waitingMs } from './waiting-time.js';

export interface AuthorizationDependencies extends AuthorizeDependencies {
  notes: AttemptNotes;
}

export function showAuthorization(dependencies: AuthorizationDependencies): Endpoint {
  const { context, notes } = dependencies;
  return async (req, res) => {
    const { search } = new URL(req.originalUrl, 'http://path.invalid');
    await answerAsked(dependencies, req, res, search.slice(1), async (asked) => {
      const { host } = context.config;
      const user = await host.user(req);
      requirePage(asked, user);
      if (user === null) {
        notes.reached(asked.target, ['authorize'], sentNames(asked.parameters));
        await host.login(req, res, { returnTo: pathOf(context, asked) });
        return;
      }
      notes.reached(asked.target, ['authorize', 'login', 'consent'], sentNames(asked.parameters));
      await ask(dependencies, req, res, user, asked);
    });
  };
}

export function decideAuthorization(dependencies: AuthorizationDependencies): Endpoint {
  const { context, csrf, rawBodies, notes } = dependencies;
  return async (req, res) => {
    const form = new URLSearchParams((await rawBodies.readForm(req)) ?? '');
    await answerAsked(dependencies, req, res, form.get('request') ?? '', async (asked) => {
      const user = await requireUser(context, req);
      csrf.require(req, user.id, purposeOf(asked), form.get('csrf_token') ?? undefined);
      const decision = readDecision(form);
      if (decision === 'switch') {
        const returnTo = pathOf(context, asked);
        await context.config.host.login(req, res, { returnTo, switchAccount: true });
        return;
      }
      const { link, client } = asked.target;
      const about = { linkId: link.id, credentialId: client.id, userId: user.id };
      if (decision === 'deny') {
        context.events.emit('authorization.denied', about);
        throw new OAuth2Error('access_denied', 'The user denied the request.');
      }
      const code = await issueCode(context, asked.target, user, asked);
      context.events.emit('authorization.allowed', about);
      notes.reached(asked.target, ['code']);
      redirectBack(context, res, asked, { code });
    });
  };
}

/** There is no automatic consent (row 15), so that without a page there is no yes. @throws OAuth2Error */
function requirePage({ mayShowNothing }: Asked, user: HostUser | null): void {
  if (!mayShowNothing) return;
  if (user === null) throw new OAuth2Error('login_required', 'Nobody is logged in.');
  throw new OAuth2Error('consent_required', 'The user must be asked each time.');
}

async function ask(
  { context, views, csrf }: AuthorizationDependencies,
  req: Request,
  res: Response,
  user: HostUser,
  asked: Asked,
): Promise<void> {
  const { config } = context;
  const { link, client, redirectUri } = asked.target;
  const question = {
    link: { name: link.name },
    user,
    scopes: asked.scopes.map((name) => ({ name, description: config.offeredScopes[name] ?? name })),
    destination: redirectUri,
    action: publicPath(config, endpointPaths.authorize),
    fields: [['request', asked.encoded] as const],
    identifier: { label: 'Client ID', value: client.clientId },
    waitsMs: client.type === 'atlassian' ? waitingMs(asked.parameters, config.clock()) : null,
    purpose: purposeOf(asked),
  };
  const headers = { referrerPolicy: referrerPolicy(config.baseUrl) };
  await askConsent({ views, csrf }, req, res, question, headers);
}

/** On plain http, outside of this machine, browsers say where a form came from in this way only (csrf.ts). */
function referrerPolicy(baseUrl: string): 'no-referrer' | 'same-origin' {
  const { protocol, hostname } = new URL(baseUrl);
  const isTrustworthy = protocol === 'https:' || /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
  return isTrustworthy ? 'no-referrer' : 'same-origin';
}

function purposeOf({ target: { link, client }, encoded, scopes }: Asked): string {
  return JSON.stringify(['oauth2-consent', link.id, client.id, encoded, scopes]);
}

function pathOf({ config }: Context, { encoded }: Asked): string {
  return `${publicPath(config, endpointPaths.authorize)}?${encoded}`;
}
