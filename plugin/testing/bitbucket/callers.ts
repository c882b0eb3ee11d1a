/** Who may call what: wrappers that find the caller of a route and turn the others away. */
import type { IncomingHttpHeaders } from 'node:http';
import { statusEntity, type Answer, type Incoming } from './answer.js';
import type { StandInContext } from './context.js';
import { html, page } from './html.js';
import { askToLogIn } from './login-pages.js';
import type { State, User } from './state.js';

export type Handler = (incoming: Incoming, headers: IncomingHttpHeaders) => Answering;
type Answering = Answer | Promise<Answer>;
type StateHandler = (state: State, incoming: Incoming) => Answer;
type UserHandler = (context: StandInContext, incoming: Incoming, user: User) => Answering;

/** Administrators only, by HTTP Basic or session; anybody else gets 401 (applinks-oauth1.md 2.1). */
export const adminRest =
  ({ state }: StandInContext) =>
  (handle: StateHandler): Handler =>
  (incoming) => {
    const user = incoming.basicUser ?? incoming.user;
    if (user?.admin) return handle(state, incoming);
    return statusEntity(401, 'You are not authorised: log in as an administrator.');
  };

/** REST for any user, by session or HTTP Basic. */
export const userRest =
  (context: StandInContext) =>
  (handle: UserHandler): Handler =>
  (incoming) => {
    const user = incoming.basicUser ?? incoming.user;
    return user ? handle(context, incoming, user) : statusEntity(401, 'Log in first.');
  };

/** Pages: whoever is not logged in is asked to. */
export const userPage =
  (context: StandInContext) =>
  (handle: UserHandler): Handler =>
  (incoming) =>
    incoming.user ? handle(context, incoming, incoming.user) : askToLogIn(incoming);

/** As userPage, and 403 for whoever is no administrator. */
export const adminPage =
  (context: StandInContext) =>
  (handle: StateHandler): Handler =>
    userPage(context)(({ state }, incoming, user) =>
      user.admin
        ? handle(state, incoming)
        : page('Not allowed', html`<p class="error">Only administrators may do this.</p>`, 403),
    );
