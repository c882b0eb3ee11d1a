/**
 * A POST as the JVM's own HTTP client makes it (oauth2.md 1.5): redirects are followed without asking, at most twenty;
 * 301, 302 and 303 turn it into a GET without its body, 307 repeats it; another scheme is never followed, so that the
 * redirect itself becomes the answer.
 */
import { headerOf, type Exchange, type ExchangeRequest } from '../../http-exchange.js';
import type { StandInContext } from '../context.js';

const maxRedirects = 20;

function redirected({ request, status, headers }: Exchange): ExchangeRequest | undefined {
  const location = headerOf({ headers }, 'location');
  if (![301, 302, 303, 307].includes(status) || location === undefined) return undefined;
  if (!URL.canParse(location, request.url)) return undefined;
  const target = new URL(location, request.url);
  if (target.protocol !== new URL(request.url).protocol) return undefined;
  const next = { ...request, url: target.href };
  return status === 307 ? next : { ...next, method: 'GET', body: undefined };
}

/** Rejects when there is no answer, or after too many redirects. */
export async function jvmPost(
  context: StandInContext,
  request: Omit<ExchangeRequest, 'method'>,
): Promise<Exchange> {
  let next: ExchangeRequest | undefined = { ...request, method: 'POST' };
  for (let hops = 0; hops <= maxRedirects; hops += 1) {
    const answer: Exchange = await context.send(next);
    next = redirected(answer);
    if (!next) return answer;
  }
  throw new Error(`The server redirected too many times (${maxRedirects}).`);
}
