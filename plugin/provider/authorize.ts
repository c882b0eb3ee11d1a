/**
 * The consent page and its decision (RFC 5849 section 2.2; J A6, AL 6.4). What an attacker tries here: approve in
 * somebody's name by a hidden form or frame, and have the verifier sent to a host of their own. So: the page is shown
 * by GET and decided by POST only, framed by nobody; the form is bound to browser, user and request token; the browser
 * goes to the callback that the consumer signed for, whatever the URL says.
 */
import type { Request, Response } from 'express';
import type { Context } from '../context.js';
import { OAuthProblem } from '../errors.js';
import type { HostUser } from '../host.js';
import type { Csrf } from '../http/csrf.js';
import type { Endpoint } from '../http/handler.js';
import { publicPath } from '../http/public-url.js';
import type { RawBodies } from '../http/raw-body.js';
import { requireUser, userOrLogin } from '../http/user.js';
import type { Views } from '../http/views.js';
import { decide, finish } from './decision.js';
import { askConsent, readDecision } from './consent-page.js';
import { requirePending, type Pending } from './pending-token.js';

export interface AuthorizeDependencies {
  context: Context;
  views: Views;
  csrf: Csrf;
  rawBodies: RawBodies;
}

export const authorizePath = '/plugins/servlet/oauth/authorize';

export function showConsent({ context, views, csrf }: AuthorizeDependencies): Endpoint {
  return async (req, res) => {
    const query = parametersOf(new URL(req.originalUrl, 'http://path.invalid').searchParams.toString());
    const pending = await requirePending(context, query.get('oauth_token'));
    requireSameCallback(query.get('oauth_callback'), pending);
    const user = await userOrLogin(context, req, res);
    if (user === null) return;
    await renderConsent({ context, views, csrf }, req, res, user, pending);
  };
}

export function decideConsent({ context, views, csrf, rawBodies }: AuthorizeDependencies): Endpoint {
  return async (req, res) => {
    const form = parametersOf((await rawBodies.readForm(req)) ?? '');
    const pending = await requirePending(context, form.get('oauth_token'));
    const user = await requireUser(context, req);
    csrf.require(req, user.id, consentPurpose(pending), form.get('csrf_token'));
    const decision = readDecision(form);
    if (decision === 'switch') {
      await context.config.host.login(req, res, {
        returnTo: consentPath(context, pending),
        switchAccount: true,
      });
      return;
    }
    const outcome = await decide(context, pending, user, decision === 'allow');
    await finish(views, res, pending, outcome);
  };
}

async function renderConsent(
  { context, views, csrf }: Pick<AuthorizeDependencies, 'context' | 'views' | 'csrf'>,
  req: Request,
  res: Response,
  user: HostUser,
  pending: Pending,
): Promise<void> {
  const { config } = context;
  await askConsent({ views, csrf }, req, res, {
    link: { name: pending.link.name },
    user,
    scopes: pending.scopes.map((name) => ({ name, description: config.scopes[name] ?? name })),
    destination: pending.record.callback,
    action: publicPath(config, authorizePath),
    fields: [['oauth_token', pending.token]],
    identifier: { label: 'Consumer key', value: pending.credential.key },
    waitsMs: null,
    purpose: consentPurpose(pending),
  });
}

/** Bound to what the page showed: an administrator who widens the scopes meanwhile makes the form worthless. */
function consentPurpose({ record, link, credential, scopes }: Pending): string {
  return JSON.stringify(['consent', record.digest, link.id, credential.id, [...scopes].sort()]);
}

function consentPath({ config }: Context, { token }: Pending): string {
  return `${publicPath(config, authorizePath)}?${new URLSearchParams({ oauth_token: token }).toString()}`;
}

/** The callback of the URL is accepted only if it is the bound one (issue line "What comes in the authorize URL"). */
function requireSameCallback(given: string | undefined, { record }: Pending): void {
  if (given === undefined || given === (record.callback ?? 'oob')) return;
  throw new OAuthProblem(
    'parameter_rejected',
    {
      oauth_parameters_rejected: 'oauth_callback',
      oauth_problem_advice:
        'The callback differs from the one that the application asked for. Start again there.',
    },
    { reason: 'oauth_callback of the authorize URL is not the bound one' },
  );
}

interface Parameters {
  get(name: string): string | undefined;
  has(name: string): boolean;
}

/** @throws OAuthProblem `parameter_rejected` when a name occurs twice. */
function parametersOf(encoded: string): Parameters {
  const pairs = [...new URLSearchParams(encoded)];
  const values = new Map(pairs);
  if (values.size < pairs.length) {
    throw new OAuthProblem('parameter_rejected', {}, { reason: 'a parameter occurs twice' });
  }
  return { get: (name) => values.get(name), has: (name) => values.has(name) };
}
