/**
 * What the two token endpoints share: parameters from header, form body (where Atlassian puts them, AL 5.2) or query;
 * a limit on failures per consumer and address; `text/plain` answers in OAuth encoding (J A2); an event per refusal.
 */
import type { Request } from 'express';
import type { Context } from '../context.js';
import { OAuthProblem, RateLimited } from '../errors.js';
import type { Endpoint } from '../http/handler.js';
import { publicUrl } from '../http/public-url.js';
import type { RawBodies } from '../http/raw-body.js';
import { setNoStore } from '../http/security-headers.js';
import { encodeForm, type Pair } from '../oauth1/encoding.js';
import { readMessage, type Message } from '../oauth1/message.js';

/** Answers a signed token request with the pairs of the response body, in order. */
export type TokenGrant = (message: Message) => Promise<readonly Pair[]>;

export function tokenEndpoint(
  context: Context,
  rawBodies: RawBodies,
  name: string,
  grant: TokenGrant,
): Endpoint {
  return async (req, res) => {
    let consumerKey: string | undefined;
    try {
      const message = readMessage({
        method: req.method,
        url: publicUrl(context.config, req),
        authorization: req.headers.authorization,
        form: await rawBodies.readForm(req),
      });
      consumerKey = message.get('oauth_consumer_key');
      await requireAllowance(context, req, consumerKey);
      const pairs = await grant(message);
      setNoStore(res);
      res.status(200).type('text/plain').send(encodeForm(pairs));
    } catch (error) {
      await countFailure(context, name, req, consumerKey, error);
      throw error;
    }
  };
}

async function requireAllowance(
  { limiter }: Context,
  req: Request,
  consumerKey: string | undefined,
): Promise<void> {
  const seconds = await limiter.retryAfterSeconds(limiterKey(req, consumerKey));
  if (seconds > 0) throw new RateLimited(seconds);
}

async function countFailure(
  { limiter, events }: Context,
  endpoint: string,
  req: Request,
  consumerKey: string | undefined,
  error: unknown,
): Promise<void> {
  const rejection = { endpoint, consumerKey, address: req.ip };
  if (error instanceof RateLimited) {
    events.emit('request.rejected', { ...rejection, problem: 'rate_limited', reason: 'too many failures' });
  } else if (error instanceof OAuthProblem) {
    await limiter.fail(limiterKey(req, consumerKey));
    events.emit('request.rejected', {
      ...rejection,
      problem: error.problem,
      reason: error.reason ?? error.message,
    });
  }
}

function limiterKey(req: Request, consumerKey: string | undefined): string {
  return JSON.stringify([req.ip ?? '', consumerKey ?? '']);
}
