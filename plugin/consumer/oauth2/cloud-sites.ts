/**
 * Which site of Atlassian's cloud a token is for (oauth2.md 4.1): the list depends on the user, and may hold several. The
 * one with the host of the link is taken; calls then go to the API gateway, with the site's id in the path.
 */
import { z } from 'zod';
import { ApplinksError } from '../../errors.js';
import type { Link } from '../../store/store.js';
import { badAnswer, readAnswer, requireOk } from '../peer-answer.js';
import type { Transport } from '../transport.js';

export type ChooseSite = (link: Link, accessToken: string) => Promise<string>;

const sitesSchema = z
  .array(
    z.object({
      id: z.string().regex(/^[\w-]{1,100}$/),
      url: z
        .string()
        .max(500)
        .refine((text) => URL.canParse(text)),
    }),
  )
  .max(1000);

/** @returns the site's id. @throws ApplinksError `not_connectable`, PeerUnreachable */
export function createChooseSite(transport: Transport, apiUrl: string): ChooseSite {
  return async (link, accessToken) => {
    const answer = await transport.request({
      url: `${apiUrl}/oauth/token/accessible-resources`,
      headers: { authorization: `Bearer ${accessToken}`, accept: 'application/json' },
    });
    requireOk(answer, 'a list of sites');
    const sites = readAnswer(answer, 'a list of sites', () => {
      const read = sitesSchema.safeParse(JSON.parse(answer.body.toString('utf8')));
      if (read.success) return read.data;
      throw badAnswer(answer, 'did not answer with a list of sites that can be read');
    });
    const wanted = link.rpcUrl === null ? undefined : new URL(link.rpcUrl).host;
    const found =
      wanted === undefined
        ? sites.length === 1
          ? sites[0]
          : undefined
        : sites.find(({ url }) => new URL(url).host === wanted);
    if (found) return found.id;
    throw new ApplinksError('not_connectable', 409, explain(link, sites, wanted));
  };
}

function explain(link: Link, sites: readonly { url: string }[], wanted: string | undefined): string {
  const hosts = sites.slice(0, 10).map(({ url }) => new URL(url).host);
  if (hosts.length === 0)
    return `This account has access to no site of Atlassian’s cloud. Ask an administrator of ${link.name} to invite it.`;
  return wanted === undefined
    ? `This account has access to several sites: ${hosts.join(', ')}. An administrator has to set the address of one of them on the page of this link.`
    : `This account has no access to ${wanted}, only to ${hosts.join(', ')}. Choose the right site when you are asked there, or connect with another account.`;
}

/** Tokens of 3LO count at the gateway only; at the site's own address they are refused. */
export const gatewayBase = (apiUrl: string, product: string, cloudId: string): string =>
  `${apiUrl}/ex/${product}/${cloudId}`;
