/**
 * What we ask of a peer in the name of its administrator while a link is made or deleted (applinks-oauth1.md 11b, rows
 * b2 to b7, b9, b12). Name and password are used for these calls only: over https outside of loopback, never stored,
 * never logged, and never sent on, since the transport follows no redirect.
 */
import { z } from 'zod';
import { ApplinksError, PeerRefused } from '../../errors.js';
import type { OutgoingLevels } from '../../store/store.js';
import type { PeerCall, PeerCallAnswer } from './peer-call.js';
import { requireSuccess, saidBy } from './peer-said.js';

export interface Administrator {
  name: string;
  password: string;
}

/** How the peer is to see us. */
export interface OwnDescription {
  id: string;
  name: string;
  baseUrl: string;
}

/** Outgoing settings of a link in manual mode; the three URLs are absolute (b9). */
export interface ManualOutgoing {
  key: string;
  sharedSecret: string;
  requestTokenUrl: string;
  accessTokenUrl: string;
  authorizeUrl: string;
}

export type PeerAdministration = ReturnType<typeof administerPeer>;

const classes = 'com.atlassian.applinks.api.auth.types.';
const twoLeggedClass = 'TwoLeggedOAuthAuthenticationProvider';
const linkList = z.array(
  z.object({ id: z.string().max(255), rpcUrl: z.string().nullish(), displayUrl: z.string().nullish() }),
);
const created = z.object({ 'resources-created': z.array(z.object({ href: z.string() })).min(1) });

/** One request to the peer's REST, below `/rest/`, in the name of one of its administrators. */
export type AdministratorCall = (method: string, path: string, body?: object) => Promise<PeerCallAnswer>;

/** @throws ApplinksError `invalid_input` when the password would travel in the clear */
export function callWithPassword(
  call: PeerCall,
  rpcUrl: string,
  { name, password }: Administrator,
): AdministratorCall {
  requireConfidential(rpcUrl);
  const authorization = `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
  return (method, path, body) =>
    call({
      method,
      url: `${rpcUrl}/rest/${path}`,
      headers: {
        authorization,
        accept: 'application/json',
        'x-atlassian-token': 'no-check',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
}

export function administerPeer(send: AdministratorCall) {
  const link = (id: string): string => `applicationlink/${encodeURIComponent(id)}`;
  const links = async (): Promise<z.infer<typeof linkList>> => {
    const answer = await send('GET', 'applinks/3.0/applinks');
    requireSuccess(answer);
    return linkList.parse(JSON.parse(answer.body.toString('utf8')));
  };
  const findOurs = async (baseUrl: string): Promise<string | undefined> => {
    const same = (url: string | null | undefined): boolean => url?.replace(/\/+$/, '') === baseUrl;
    return (await links()).find(({ rpcUrl: rpc, displayUrl }) => same(rpc) || same(displayUrl))?.id;
  };

  return {
    /** b2 */
    isAdministrator: async (): Promise<boolean> => {
      const { status } = await send('GET', 'applinks/1.0/authenticationinfo');
      return status >= 200 && status < 300;
    },
    /** b3: does it reach us, and sees it the id that we have? */
    reachesUs: async ({ id, baseUrl }: OwnDescription): Promise<boolean> => {
      const url = encodeURIComponent(baseUrl);
      const answer = await send('GET', `applinks/1.0/authenticationinfo/id/${id}/url/${url}?url=${url}`);
      return answer.status === 200;
    },
    /** b4: our link there, by its addresses; ids may differ (1.4). */
    findOurs,
    /** Whoever's link it is. */
    hasLink: async (id: string): Promise<boolean> => (await links()).some((known) => known.id === id),
    /** b5: the id under which it stores us; an existing link is adopted when it refuses a second one. */
    create: async ({ id, name, baseUrl }: OwnDescription): Promise<{ id: string; isNew: boolean }> => {
      const body = { id, name, rpcUrl: baseUrl, displayUrl: baseUrl, typeId: 'generic' };
      const answer = await send('PUT', 'applinks/3.0/applicationlink', body);
      const adopted = answer.status === 400 ? await findOurs(baseUrl) : undefined;
      if (adopted !== undefined) return { id: adopted, isNew: false };
      requireSuccess(answer);
      const [resource] = created.parse(JSON.parse(answer.body.toString('utf8')))['resources-created'];
      const told = /\/applicationlink\/([^/?#]+)/.exec(resource?.href ?? '')?.[1];
      if (told === undefined)
        throw new PeerRefused({ status: answer.status, advice: 'it named no id of the link' });
      return { id: decodeURIComponent(told), isNew: true };
    },
    /** b6: it may call us. */
    letItCallUs: async (linkId: string, { twoLegged, impersonation }: OutgoingLevels): Promise<void> => {
      const names = [
        'OAuthAuthenticationProvider',
        ...(twoLegged ? [twoLeggedClass] : []),
        ...(impersonation ? ['TwoLeggedOAuthWithImpersonationAuthenticationProvider'] : []),
      ];
      for (const name of names) {
        const body = { provider: classes + name, config: {} };
        requireSuccess(await send('PUT', `applinks/2.0/${link(linkId)}/authentication/provider`, body));
      }
    },
    /** b7: we may call it. It fetches our consumer info. */
    letUsCallIt: async (linkId: string, { twoLegged, impersonation }: OutgoingLevels): Promise<void> => {
      const path = `applinks-oauth/1.0/${link(linkId)}/authentication/consumer?autoConfigure=true`;
      const body = { twoLOAllowed: twoLegged, twoLOImpersonationAllowed: impersonation };
      requireSuccess(await send('PUT', path, body));
    },
    /** b9, by key and shared secret (jenkins-integration.md A5); without a user it signs by its own key even then (5.1). */
    letItCallUsBySecret: async (
      linkId: string,
      name: string,
      manual: ManualOutgoing,
      { twoLegged }: Pick<OutgoingLevels, 'twoLegged'>,
    ): Promise<void> => {
      const switchOn = async (entry: object): Promise<void> =>
        requireSuccess(await send('PUT', `applinks/2.0/${link(linkId)}/authentication/provider`, entry));
      const provider = {
        provider: `${classes}OAuthAuthenticationProvider`,
        config: {
          'consumerKey.outbound': manual.key,
          'serviceProvider.requestTokenUrl': manual.requestTokenUrl,
          'serviceProvider.accessTokenUrl': manual.accessTokenUrl,
          'serviceProvider.authorizeUrl': manual.authorizeUrl,
        },
      };
      await switchOn(provider);
      const { key, sharedSecret } = manual;
      const consumer = { key, name, sharedSecret, outgoing: true };
      requireSuccess(
        await send('PUT', `applinks-oauth/1.0/${link(linkId)}/authentication/consumer`, consumer),
      );
      if (twoLegged) await switchOn({ provider: classes + twoLeggedClass, config: {} });
    },
    /** b12. True: it was there. Never asks it to delete ours, too. */
    remove: async (linkId: string): Promise<boolean> => {
      const answer = await send('DELETE', `applinks/1.0/${link(linkId)}`);
      if (answer.status === 404) return false;
      if (answer.status === 200) return true;
      throw new PeerRefused({ status: answer.status, advice: saidBy(answer) });
    },
  };
}

/** Nobody on the way can read what is sent there. */
export function isConfidential(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}

function requireConfidential(rpcUrl: string): void {
  if (isConfidential(rpcUrl)) return;
  throw new ApplinksError(
    'invalid_input',
    400,
    'A password would be sent to this address without encryption. Use its https address, or link by the redirect.',
  );
}
