/**
 * Where peers send the browser back (RFC 6749 section 4.1.2; RFC 9207; oauth2.md part 7, rows 1 to 7, 20, 28). What an
 * attacker tries: their own code in a victim's browser, a victim's code in theirs, one peer's answer as another's, a
 * parameter given twice so that two readers see two values. All is checked, and the transaction claimed, before
 * anything is exchanged; whoever fails learns nothing and costs no request.
 */
import { ApplinksError, PeerRefused, PeerUnreachable } from '../../errors.js';
import type { Endpoint } from '../../http/handler.js';
import { publicPath } from '../../http/public-url.js';
import { hideReferrer } from '../../http/security-headers.js';
import { userOrLogin } from '../../http/user.js';
import type { Link } from '../../store/store.js';
import type { ConnectDependencies } from '../connect-dependencies.js';
import { linkOf, queryOf } from '../link-of-request.js';
import { shortenAnswer } from '../peer-answer.js';
import { refuseCallback, transactionKey } from '../transactions.js';
import { noteFlow } from './flow-note.js';
import type { ClaimedFlow } from './flows.js';

const stateForm = /^[\w-]{43}$/;
const codeForm = /^[\x21-\x7e]{1,2048}$/;
const longestText = 200;

export function finishOAuth2Connect(dependencies: ConnectDependencies): Endpoint {
  const { context, views, cookies, flows } = dependencies;
  return async (req, res) => {
    hideReferrer(res);
    const user = await userOrLogin(context, req, res);
    if (user === null) return;
    const link = await linkOf(context, req);
    const query = queryOf(req);
    const state = requireSingle(query).get('state') ?? '';
    const key = transactionKey(state);
    const cookie = stateForm.test(state) ? cookies.read(req, key) : undefined;
    const claimed = cookie === undefined ? undefined : await flows.claim(link, user, cookie, state);
    if (!claimed) return refuseCallback();
    cookies.take(res, key);
    requireIssuer(query.get('iss'), claimed, link);
    const refused = async (message: string): Promise<void> =>
      noteFlow(context, link, claimed.connection, user.id, 'refused', message);
    const error = query.get('error');
    if (error !== null) {
      const description = query.get('error_description');
      const said = { error: shown(error), description: shown(description ?? '') };
      await refused(`${said.error} ${said.description}`.trim());
      const { document } = claimed;
      if (isTest(context, link, document.returnTo)) {
        res.redirect(303, document.returnTo);
        return;
      }
      const page = { link, ...said, scopes: document.scopes, action: document.returnTo };
      await views.render(res, 'connect-refused', page, { status: error === 'access_denied' ? 200 : 400 });
      return;
    }
    const code = query.get('code') ?? '';
    if (!codeForm.test(code)) {
      await refused('It sent neither a code nor an error.');
      throw badCallback(`${link.name} sent neither a code nor an error. Begin again.`);
    }
    try {
      await flows.finish(req, link, user, claimed, { code, state });
    } catch (failure) {
      if (failure instanceof ApplinksError) await refused(failure.message);
      const { returnTo } = claimed.document;
      if (failure instanceof ApplinksError && isTest(context, link, returnTo)) {
        res.redirect(303, returnTo);
        return;
      }
      throw explained(failure, link);
    }
    const done = `/applinks/connect/${encodeURIComponent(link.id)}/done`;
    res.setHeader('Cache-Control', 'no-store');
    res.redirect(303, claimed.document.returnTo ?? publicPath(context.config, done));
  };
}

/** Who tests the link reads there how it ended, well or not (admin/oauth2-guide/). */
function isTest(
  { config }: ConnectDependencies['context'],
  { id }: Link,
  returnTo: string | null,
): returnTo is string {
  return returnTo === publicPath(config, `/applinks/admin/links/${encodeURIComponent(id)}/oauth2/tested`);
}

/** Two values for one name: one reader would take the first, another one the last. */
function requireSingle(query: URLSearchParams): URLSearchParams {
  const names = [...query.keys()];
  if (new Set(names).size === names.length) return query;
  throw badCallback('The browser came back with a parameter given twice. Begin again.');
}

function requireIssuer(iss: string | null, { document }: ClaimedFlow, link: Link): void {
  const { issuer, isIssRequired } = document;
  if (iss === null ? !isIssRequired : issuer === null ? !isIssRequired : iss === issuer) return;
  throw badCallback(
    `The answer does not come from ${link.name}: it names another server, or none. Begin again; if that does not help, compare the address of the link with the one that ${link.name} has for itself.`,
  );
}

/** Of a peer's making: cut, without markup; the page labels it as the peer's words. */
const shown = (text: string): string => shortenAnswer(Buffer.from(text)).slice(0, longestText);

function badCallback(message: string): ApplinksError {
  return new ApplinksError('invalid_input', 400, message, { reason: 'callback refused' });
}

/** The code is spent or in doubt, so nothing is tried again here (part 7, row 8): the user begins again. */
function explained(failure: unknown, { name }: Link): unknown {
  const what = `${name} did not connect your account.`;
  if (failure instanceof PeerRefused) {
    const { peerStatus: status, problem, advice, excerpt, message } = failure;
    return new PeerRefused({ status, problem, advice, excerpt, explanation: `${what} ${message}` });
  }
  if (!(failure instanceof PeerUnreachable)) return failure;
  const { kind, message, answer, answerStatus, location } = failure;
  return new PeerUnreachable(kind, `${what} ${message} Then connect it again.`, {
    cause: failure,
    ...(answer === undefined ? {} : { answer }),
    ...(answerStatus === undefined ? {} : { answerStatus }),
    ...(location === undefined ? {} : { location }),
  });
}
