/** Login form of the stand-in. It comes back to a path of its own only. */
import type { IncomingHttpHeaders } from 'node:http';
import { redirect, type Answer, type Incoming } from './answer.js';
import { html, page } from './html.js';
import { checkPassword, type Sessions } from './sessions.js';
import type { State } from './state.js';

const ownPath = (path: string | null): string => (path && /^\/(?![/\\])/.test(path) ? path : '/');

export function loginForm(incoming: Incoming, message = ''): Answer {
  const next = ownPath(incoming.query.get('next'));
  return page(
    'Log in',
    html`${message ? html`<p class="error">${message}</p>` : ''}
      <form method="post" action="${incoming.base}/login?${new URLSearchParams({ next }).toString()}">
        <label>User name <input name="j_username" autocomplete="username" /></label>
        <label>Password <input name="j_password" type="password" autocomplete="current-password" /></label>
        <button>Log in</button>
      </form>`,
  );
}

/** Sends the browser to the login form and back to where it wanted to go. */
export function askToLogIn(incoming: Incoming): Answer {
  const query = incoming.query.toString();
  // What was posted is lost by the way over the login form.
  const next = incoming.method === 'GET' ? incoming.path + (query && `?${query}`) : '/';
  return redirect(`${incoming.base}/login?${new URLSearchParams({ next }).toString()}`);
}

export function logIn(state: State, sessions: Sessions, incoming: Incoming): Answer {
  const fields = new URLSearchParams(incoming.body);
  const user = checkPassword(state, fields.get('j_username') ?? '', fields.get('j_password') ?? '');
  if (!user) return loginForm(incoming, 'This user name and password do not match.');
  const back = redirect(incoming.base + ownPath(incoming.query.get('next')));
  return { ...back, headers: { ...back.headers, 'Set-Cookie': sessions.open(user) } };
}

export function logOut(sessions: Sessions, incoming: Incoming, headers: IncomingHttpHeaders): Answer {
  const back = redirect(`${incoming.base}/`);
  return { ...back, headers: { ...back.headers, 'Set-Cookie': sessions.close(headers) } };
}
