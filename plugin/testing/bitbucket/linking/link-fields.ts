/** Rules for the fields of a link that is changed. */
import type { Link } from '../state.js';
import type { LinkingContext } from './context.js';

export const withoutSlash = (url: string): string => url.replace(/\/+$/, '');

export const isHttpUrl = (url: string): boolean =>
  URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);

export const othersThan = ({ state }: LinkingContext, link: Link): Link[] =>
  [...state.links.values()].filter(({ id }) => id !== link.id);
