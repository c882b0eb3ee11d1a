/**
 * What goes with a link (applinks-oauth1.md 9.1): the incoming consumer with every token issued to it, key and secret
 * of a manual link, the stored tokens of users; the next link of the type becomes the primary one.
 */
import { statusEntity, type Answer, type Incoming } from '../answer.js';
import type { Link } from '../state.js';
import type { LinkingContext } from './context.js';
import { removeIncoming } from './incoming-consumer.js';

export function makePrimary({ state }: LinkingContext, link: Link): void {
  for (const other of state.links.values()) {
    if (other.typeId === link.typeId) other.isPrimary = other.id === link.id;
  }
}

export function removeLink(context: LinkingContext, link: Link): void {
  const { state } = context;
  removeIncoming(state, link);
  state.links.delete(link.id);
  state.tokens.deleteLink(link.id);
  context.capabilities.forget(link.id);
  const next = [...state.links.values()].find(({ typeId }) => typeId === link.typeId);
  if (link.isPrimary && next) makePrimary(context, next);
}

/** `POST …/applicationlink/primary/{id}`. */
export function makeLinkPrimary(context: LinkingContext, incoming: Incoming): Answer {
  const link = context.state.links.get(incoming.captures[1] ?? '');
  if (!link) return statusEntity(404, 'No application link has this id.');
  makePrimary(context, link);
  return statusEntity(200, 'The application link is primary now.');
}
