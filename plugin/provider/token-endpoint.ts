/**
 * What the two token endpoints share: parameters from header, form body (where Atlassian puts them, AL 5.2) or query;
 * a limit on failures per consumer and address; `text/plain` answers in OAuth encoding (J A2); an event per refusal.
 */
import type { Context } from '../context.js';
import { OAuthProblem, RateLimited } from '../errors.js';
import type { Endpoint } from '../http/handler.js';
import { publicUrl } from '../http/public-url.js';
import type { RawBodies } from '../http/raw-body.js';
import { setNoStore } from '../http/security-headers.js';
import { encodeForm, type Pair } from '../oauth1/encoding.js';
import { readMessage, type Message } from '../oauth1/message.js';
import { emitRejection, startAttempt, type Attempt } from './attempt.js';

/** Answers a signed token request with the pairs of the response body, in order. */
export type TokenGrant = (message: Message) => Promise<readonly Pair[]>;

export function tokenEndpoint(
  context: Context,
  rawBodies: RawBodies,
  name: string,
  grant: TokenGrant,
): Endpoint {
  return async (req, res) => {
    const attempt = startAttempt(name, req);
    try {
      const message = readMessage({
        method: req.method,
        url: publicUrl(context.config, req),
        authorization: req.headers.authorization,
        form: await rawBodies.readForm(req),
      });
      attempt.consumerKey = message.get('oauth_consumer_key');
      await requireAllowance(context, attempt);
      const pairs = await grant(message);
      setNoStore(res);
      res.status(200).type('text/plain').send(encodeForm(pairs));
    } catch (error) {
      if (error instanceof OAuthProblem) await context.limiter.fail(limiterKey(attempt));
      emitRejection(context, attempt, error);
      throw error;
    }
  };
}

/** @throws RateLimited */
async function requireAllowance({ limiter }: Context, attempt: Attempt): Promise<void> {
  const seconds = await limiter.retryAfterSeconds(limiterKey(attempt));
  if (seconds > 0) throw new RateLimited(seconds);
}

function limiterKey({ address, consumerKey }: Attempt): string {
  return JSON.stringify([address ?? '', consumerKey ?? '']);
}
