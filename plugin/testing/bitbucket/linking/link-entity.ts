/** The entity `applicationLink`, JSON and XML (applinks-oauth1.md 2.1): how a link or the stand-in itself is described. */
import type { OwnApplication } from './context.js';

export interface LinkEntity {
  id: string;
  typeId: string;
  name: string;
  displayUrl: string;
  iconUrl?: string;
  iconUri?: string;
  rpcUrl: string;
  isPrimary: boolean;
  isSystem: boolean;
  link: { href: string; rel: string }[];
}

/** The stand-in as the other side is to store it. `rpcUrl`: the way back, which an administrator may change. */
export function ownEntity({ id, typeId, name, baseUrl }: OwnApplication, rpcUrl: string): LinkEntity {
  return {
    id,
    typeId,
    name,
    displayUrl: baseUrl,
    iconUrl: `${baseUrl}/icon16.png`,
    iconUri: `${baseUrl}/icon.png`,
    rpcUrl,
    isPrimary: false,
    isSystem: false,
    link: [{ href: `${baseUrl}/rest/applinks/1.0/applicationlink/${id}`, rel: 'self' }],
  };
}

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

export function entityXml({ link, ...fields }: LinkEntity): string {
  const elements = Object.entries(fields).map(
    ([name, value]) => `<${name}>${escaped(String(value))}</${name}>`,
  );
  const links = link.map(({ href, rel }) => `<link href="${escaped(href)}" rel="${escaped(rel)}"/>`);
  return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><applicationLink>${[...elements, ...links].join('')}</applicationLink>`;
}
