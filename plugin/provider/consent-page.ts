/**
 * The consent page of both protocols, and what its form says (jenkins-integration.md A6; oauth2.md part 6, rows 13 to 15).
 * What an attacker tries: to have it pressed within a frame or by a form of his own, or to be taken for somebody else by
 * his name. So nobody may frame it, its form is bound to browser, user and request (csrf.ts), names are shown as text, and
 * the form may lead to us and to the one place that was checked.
 */
import type { Request, Response } from 'express';
import { ApplinksError } from '../errors.js';
import type { HostUser } from '../host.js';
import type { Csrf } from '../http/csrf.js';
import type { PageHeaders } from '../http/security-headers.js';
import type { Views } from '../http/views.js';
import type { Link } from '../store/store.js';
import { originOf } from './callback.js';

export interface ConsentQuestion {
  link: Pick<Link, 'name'>;
  user: HostUser;
  scopes: readonly { name: string; description: string }[];
  /** Where the browser goes on to; null: it stays, and shows a code. */
  destination: string | null;
  /** Path that the form is sent to, with its hidden fields. */
  action: string;
  fields: readonly (readonly [name: string, value: string])[];
  /** What the other side goes by: a consumer key or a client id. */
  identifier: { label: string; value: string };
  /** How long the other application waits for the answer, from now on; null: as long as it takes. */
  waitsMs: number | null;
  /** Binds the form to what it shows, see csrf.ts. */
  purpose: string;
}

export interface ConsentTools {
  views: Views;
  csrf: Csrf;
}

/** @param headers of the page, besides where its form may lead */
export async function askConsent(
  { views, csrf }: ConsentTools,
  req: Request,
  res: Response,
  { user, purpose, destination, ...question }: ConsentQuestion,
  headers: Pick<PageHeaders, 'referrerPolicy'> = {},
): Promise<void> {
  const page = {
    ...question,
    user: { name: user.name, displayName: user.displayName },
    callbackHost: destination === null ? null : new URL(destination).host,
    csrfToken: csrf.token(req, res, user.id, purpose),
  };
  const formAction = destination === null ? [] : [originOf(destination)];
  await views.render(res, 'consent', page, { formAction, ...headers });
}

export type ConsentDecision = 'allow' | 'deny' | 'switch';

/** @throws ApplinksError `invalid_input` */
export function readDecision(form: { has(name: string): boolean }): ConsentDecision {
  if (form.has('switch')) return 'switch';
  if (form.has('authorize') === form.has('cancel'))
    throw new ApplinksError('invalid_input', 400, 'Choose either Allow or Deny.');
  return form.has('authorize') ? 'allow' : 'deny';
}
