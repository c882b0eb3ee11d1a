/**
 * What the two token endpoints share: parameters from header, form body (where Atlassian puts them, AL 5.2) or query;
 * a limit on failures per consumer and address; `text/plain` answers in OAuth encoding (J A2); an event per refusal.
 */
import type { Context } from '../context.js';
import { OAuthProblem, RateLimited, type ProblemCode } from '../errors.js';
import { addressGroup } from '../http/address-group.js';
import type { Endpoint } from '../http/handler.js';
import { publicUrl } from '../http/public-url.js';
import type { RawBodies } from '../http/raw-body.js';
import { setNoStore } from '../http/security-headers.js';
import { encodeForm, type Pair } from '../oauth1/encoding.js';
import { readMessage, type Message } from '../oauth1/message.js';
import { emitRejection, startAttempt, type Attempt } from '../http/attempt.js';

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
      if (isGuess(error)) await countGuess(context, attempt, error.problem);
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

/** What guessing looks like. That a user denies, or is slow, must not lock out the others of the same Bitbucket. */
const guesses: ReadonlySet<ProblemCode> = new Set([
  'consumer_key_unknown',
  'signature_invalid',
  'signature_method_rejected',
  'token_rejected',
]);

const isGuess = (error: unknown): error is OAuthProblem =>
  error instanceof OAuthProblem && guesses.has(error.problem);

/**
 * Invented consumer keys share one counter per address: they can neither push out the counters of real consumers nor
 * go on without end. @throws RateLimited
 */
async function countGuess({ limiter }: Context, attempt: Attempt, problem: ProblemCode): Promise<void> {
  if (problem !== 'consumer_key_unknown') return limiter.fail(limiterKey(attempt));
  const key = limiterKey({ ...attempt, consumerKey: undefined });
  await limiter.fail(key);
  const seconds = await limiter.retryAfterSeconds(key);
  if (seconds > 0) throw new RateLimited(seconds);
}

function limiterKey({ address, consumerKey }: Pick<Attempt, 'address' | 'consumerKey'>): string {
  return JSON.stringify([addressGroup(address), consumerKey ?? null]);
}
