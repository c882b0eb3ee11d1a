/**
 * Who gets at which JSON route, and in what form: the session of the host decides, as on the pages. What an attacker
 * tries here: to let another site's page send the request with the user's cookie. Such a page can neither send
 * `application/json` nor claim our origin without our consent, so whatever changes something needs both, a deletion
 * the origin. A caller that tells neither `Sec-Fetch-Site` nor `Origin` is refused: a cookie alone proves nothing.
 */
import type { Request, Response } from 'express';
import type { Context } from '../context.js';
import { ApplinksError, InvalidInput } from '../errors.js';
import type { HostUser } from '../host.js';
import type { Endpoint } from '../http/handler.js';
import { isSameOrigin } from '../http/csrf.js';
import type { RawBodies } from '../http/raw-body.js';
import { setNoStore } from '../http/security-headers.js';
import { requireAdmin, requireUser } from '../http/user.js';
import type { Audience } from './page-access.js';

export interface RestCall {
  user: HostUser;
  query: URLSearchParams;
  /** Value of a route parameter. */
  param: (name: string) => string;
}

export interface RestAnswer {
  status: number;
  /** Absent: an empty answer. */
  body?: object;
  /** Path of what was made. */
  location?: string;
}

export interface RestAccess {
  read: (audience: Audience, answer: (call: RestCall) => Promise<RestAnswer>) => Endpoint;
  /** With a JSON body, which is not checked yet. */
  write: (audience: Audience, answer: (call: RestCall, body: unknown) => Promise<RestAnswer>) => Endpoint;
  remove: (audience: Audience, answer: (call: RestCall) => Promise<RestAnswer>) => Endpoint;
}

export function createRestAccess(context: Context, rawBodies: RawBodies): RestAccess {
  const { origin } = new URL(context.config.baseUrl);
  const admit = async (req: Request, audience: Audience): Promise<RestCall> => {
    const user = await requireUser(context, req);
    if (audience === 'administrator') await requireAdmin(context, user);
    return {
      user,
      query: new URL(req.originalUrl, 'http://path.invalid').searchParams,
      param: (name) => {
        const value: unknown = req.params[name];
        if (typeof value !== 'string') throw new ApplinksError('not_found', 404, 'There is no such address.');
        return value;
      },
    };
  };
  return {
    read: (audience, answer) => async (req, res) => {
      send(res, await answer(await admit(req, audience)));
    },
    write: (audience, answer) => async (req, res) => {
      const call = await admit(req, audience);
      requireSameOrigin(req, origin);
      send(res, await answer(call, await readJson(req, rawBodies)));
    },
    remove: (audience, answer) => async (req, res) => {
      const call = await admit(req, audience);
      requireSameOrigin(req, origin);
      send(res, await answer(call));
    },
  };
}

function requireSameOrigin(req: Request, origin: string): void {
  if (isSameOrigin(req, origin)) return;
  throw new ApplinksError(
    'csrf_rejected',
    403,
    `Send this request from a page of ${origin}, or with the header Origin: ${origin}.`,
    { reason: 'request from another origin' },
  );
}

async function readJson(req: Request, rawBodies: RawBodies): Promise<unknown> {
  if (!/^application\/json\s*(?:;|$)/i.test(req.headers['content-type'] ?? '')) {
    throw new ApplinksError('unsupported_media_type', 415, 'Send the body as application/json.');
  }
  const bytes = await rawBodies.readBytes(req);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch {
    throw new InvalidInput({ input: ['The body is not JSON in UTF-8.'] });
  }
}

function send(res: Response, { status, body, location }: RestAnswer): void {
  setNoStore(res);
  res.setHeader('X-Content-Type-Options', 'nosniff');
  res.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  if (location !== undefined) res.setHeader('Location', location);
  res.status(status);
  if (body === undefined) res.end();
  else res.json(body);
}
