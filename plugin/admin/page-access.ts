/**
 * Who gets at which page: the one place that the admin pages and the token pages go through. What an attacker tries
 * here: a page without its handler being guarded, and a form sent from another site. So each GET and each POST names
 * its audience, and no POST is handled before user, permission and form token are checked, in this order.
 */
import type { Request, Response } from 'express';
import type { Context } from '../context.js';
import { ApplinksError } from '../errors.js';
import type { HostUser } from '../host.js';
import type { Csrf } from '../http/csrf.js';
import type { Endpoint } from '../http/handler.js';
import { publicPath } from '../http/public-url.js';
import type { RawBodies } from '../http/raw-body.js';
import { requireAdmin, requireUser, userOrLogin } from '../http/user.js';

export type Audience = 'user' | 'administrator';

export interface Visit {
  req: Request;
  res: Response;
  user: HostUser;
  query: URLSearchParams;
  /** Value of a route parameter. @throws ApplinksError `not_found` when the route has no such parameter. */
  param: (name: string) => string;
  /** Form token for what `purpose` names; see csrf.ts. */
  formToken: (purpose: string) => string;
}

export interface Submission extends Visit {
  form: URLSearchParams;
}

/** A form whose token is bound to what is only known after a look at the rest of it. */
export interface UncheckedSubmission extends Submission {
  /** Must be called before anything is changed. @throws ApplinksError `csrf_rejected` */
  requireToken: (purpose: string) => void;
}

export interface PageAccess {
  page: (audience: Audience, show: (visit: Visit) => Promise<void>) => Endpoint;
  /** `purpose`: action and id that the form token must have been made for. */
  form: (
    audience: Audience,
    purpose: (visit: Visit) => string,
    handle: (submission: Submission) => Promise<void>,
  ) => Endpoint;
  checkedForm: (audience: Audience, handle: (submission: UncheckedSubmission) => Promise<void>) => Endpoint;
}

export function createPageAccess(context: Context, csrf: Csrf, rawBodies: RawBodies): PageAccess {
  const visitOf = (req: Request, res: Response, user: HostUser): Visit => ({
    req,
    res,
    user,
    query: new URL(req.originalUrl, 'http://path.invalid').searchParams,
    param: (name) => {
      const value: unknown = req.params[name];
      if (typeof value !== 'string') throw new ApplinksError('not_found', 404, 'There is no such page.');
      return value;
    },
    formToken: (purpose) => csrf.token(req, res, user.id, purpose),
  });
  const checkedForm: PageAccess['checkedForm'] = (audience, handle) => async (req, res) => {
    const user = await requireUser(context, req);
    if (audience === 'administrator') await requireAdmin(context, user);
    const form = new URLSearchParams((await rawBodies.readForm(req)) ?? '');
    const requireToken = (purpose: string): void => {
      csrf.require(req, user.id, purpose, form.get('csrf_token') ?? undefined);
    };
    await handle({ ...visitOf(req, res, user), form, requireToken });
  };
  return {
    page: (audience, show) => async (req, res) => {
      const user = await userOrLogin(context, req, res);
      if (user === null) return;
      if (audience === 'administrator') await requireAdmin(context, user);
      await show(visitOf(req, res, user));
    },
    form: (audience, purpose, handle) =>
      checkedForm(audience, async ({ requireToken, ...submission }) => {
        requireToken(purpose(submission));
        await handle(submission);
      }),
    checkedForm,
  };
}

/** After a form that changed something: a GET, so that reloading does not send the form again. */
export function seeOther({ config }: Context, res: Response, path: string): void {
  res.redirect(303, publicPath(config, path));
}
