/**
 * What the token, revocation and introspection endpoints share: a form of bounded size, parameters that occur once, and a
 * client that has proved itself (RFC 6749 section 3.2; oauth2.md part 6, rows 16 to 18, 27 and 28). Guessing of secrets is
 * slowed down per client and address; nothing else is counted, so that a peer that presents a dead token for days is never
 * locked out (row 25). The query is not read: what stands in a URL ends in logs.
 */
import type { Request, Response } from 'express';
import type { Context } from '../../context.js';
import { ApplinksError, RateLimited } from '../../errors.js';
import { OAuth2Error } from '../../oauth2-errors.js';
import { addressGroup } from '../../http/address-group.js';
import { emitRejection, startAttempt, type Attempt } from '../../http/attempt.js';
import type { Endpoint } from '../../http/handler.js';
import { sendOAuth2 } from '../../http/oauth2-answer.js';
import type { RawBodies } from '../../http/raw-body.js';
import { claimedClientId, isBasicHeader, readClientCredentials } from '../../oauth2/client-credentials.js';
import { readParameters, rejectRepeated, type RequestParameters } from '../../oauth2/parameters.js';
import { findClient, requireSecret, type RegisteredClient } from './clients.js';

export interface ClientRequest extends RegisteredClient {
  parameters: RequestParameters;
}

export interface ClientEndpoint {
  name: string;
  /** Checked before the client has proved itself. @throws OAuth2Error */
  requireKnown?: (parameters: RequestParameters) => void;
  /** The document of the answer with status 200; undefined for an empty one. @throws OAuth2Error */
  handle: (request: ClientRequest) => Promise<object | undefined>;
  /** Hears of what was refused to a client that exists, proved or not. */
  onRefused?: (client: RegisteredClient, error: OAuth2Error, parameters: RequestParameters) => void;
}

interface Dependencies {
  context: Context;
  rawBodies: RawBodies;
}

const limitBytes = 16 * 1024;

export function clientEndpoint(dependencies: Dependencies, endpoint: ClientEndpoint): Endpoint {
  const { context } = dependencies;
  return async (req, res) => {
    const attempt = startAttempt(endpoint.name, req);
    try {
      const parameters = await requireForm(dependencies, req);
      sendOAuth2(res, 200, await answer(context, endpoint, attempt, req, parameters));
    } catch (error) {
      offerBasic(req, res, context, error);
      emitRejection(context, attempt, error);
      throw error;
    }
  };
}

async function requireForm({ rawBodies }: Dependencies, req: Request): Promise<RequestParameters> {
  const form = await rawBodies.readForm(req, limitBytes);
  if (form !== undefined) return readParameters(form);
  throw new ApplinksError('unsupported_media_type', 415, 'Send the parameters as a form in the body.');
}

async function answer(
  context: Context,
  { requireKnown, handle, onRefused }: ClientEndpoint,
  attempt: Attempt,
  req: Request,
  parameters: RequestParameters,
): Promise<object | undefined> {
  const { authorization } = req.headers;
  const clientId = claimedClientId(authorization, parameters);
  attempt.consumerKey = clientId?.slice(0, 255);
  if (clientId !== undefined) await requireAllowance(context, attempt);
  const found = clientId === undefined ? undefined : await findClient(context, clientId);
  try {
    rejectRepeated(parameters);
    requireKnown?.(parameters);
    const credentials = readClientCredentials(authorization, parameters);
    const proved = requireSecret(found, credentials, context.config.clock());
    return await handle({ ...proved, parameters });
  } catch (error) {
    if (!(error instanceof OAuth2Error)) throw error;
    if (found) onRefused?.(found, error, parameters);
    if (clientId !== undefined && error.error === 'invalid_client')
      await countGuess(context, attempt, found !== undefined);
    throw error;
  }
}

/** Row 18: only who came with the header is told of it. */
function offerBasic(req: Request, res: Response, { config }: Context, error: unknown): void {
  const isInvalidClient = error instanceof OAuth2Error && error.error === 'invalid_client';
  if (isInvalidClient && isBasicHeader(req.headers.authorization))
    res.setHeader('WWW-Authenticate', `Basic realm="${config.baseUrl.replaceAll('"', '')}", charset="UTF-8"`);
}

/** @throws RateLimited */
async function requireAllowance({ limiter }: Context, attempt: Attempt): Promise<void> {
  const seconds = await limiter.retryAfterSeconds(limiterKey(attempt));
  if (seconds > 0) throw new RateLimited(seconds);
}

/**
 * One counter per address for all failures decides how failures are answered, so that the answer does not tell known from
 * unknown clients; only a known one has a counter of its own, which closes it for this address. @throws RateLimited
 */
async function countGuess({ limiter }: Context, attempt: Attempt, isKnown: boolean): Promise<void> {
  if (isKnown) await limiter.fail(limiterKey(attempt));
  const shared = limiterKey({ ...attempt, consumerKey: undefined });
  await limiter.fail(shared);
  const seconds = await limiter.retryAfterSeconds(shared);
  if (seconds > 0) throw new RateLimited(seconds);
}

function limiterKey({ address, consumerKey }: Attempt): string {
  return JSON.stringify(['oauth2', addressGroup(address), consumerKey ?? null]);
}
