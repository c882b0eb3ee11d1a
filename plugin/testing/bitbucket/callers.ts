/** Who may call what: wrappers that find the caller of a route and turn the others away. */
import type { IncomingHttpHeaders } from 'node:http';
import { statusEntity, type Answer, type Incoming } from './answer.js';
import type { StandInContext } from './context.js';
import { askToLogIn } from './login-pages.js';
import type { User } from './state.js';

export type Handler = (incoming: Incoming, headers: IncomingHttpHeaders) => Answering;
type Answering = Answer | Promise<Answer>;
type UserHandler = (context: StandInContext, incoming: Incoming, user: User) => Answering;

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
