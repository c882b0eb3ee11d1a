/** A stand-in linked to a scripted provider: what most specs of this folder begin with. */
import {
  bitbucketStandIn,
  enterLink,
  type BitbucketStandIn,
  type BitbucketStandInOptions,
  type CallOptions,
  type CallResult,
  type Page,
} from '../../../../plugin/testing/index.js';
import { paths, startScriptedProvider, type ScriptedProvider } from './scripted-provider.js';

export const admin = { name: 'admin', password: 'sysadmin' };

export const manual = {
  consumerKey: 'ci-key',
  sharedSecret: 's3cr3t value',
  requestTokenUrl: paths.requestToken,
  accessTokenUrl: paths.accessToken,
  authorizeUrl: paths.authorize,
};

export interface LinkedPair {
  provider: ScriptedProvider;
  standIn: BitbucketStandIn;
  linkId: string;
  /** Walks `user` through the dance as far as it goes. */
  dance(user: string, redirectUrl?: string): Promise<Page>;
  /** A call of ana, who needs no dance for it. */
  callWithToken(method: string, path: string, options?: CallOptions): Promise<CallResult>;
  stop(): Promise<void>;
}

/** `style`: by key and secret, or by the stand-in's own host key. */
export async function linkedPair(
  style: 'manual' | 'atlassian' = 'manual',
  options: BitbucketStandInOptions = {},
): Promise<LinkedPair> {
  const provider = await startScriptedProvider();
  const standIn = bitbucketStandIn(options);
  await standIn.start();
  const wanted = { name: 'Our CI', url: provider.url };
  const link = await enterLink(standIn.url, admin, style === 'manual' ? { ...wanted, manual } : wanted);
  return {
    provider,
    standIn,
    linkId: link.id,
    dance: async (user, redirectUrl) => (await standIn.as(user)).get(standIn.danceUrl(link.id, redirectUrl)),
    callWithToken: (method, path, callOptions) => {
      standIn.setToken(link.id, 'ana', {
        kind: 'access',
        token: 'at-1',
        secret: 'ats-1',
        sessionHandle: undefined,
      });
      return standIn.call(link.id, 'ana', method, path, callOptions);
    },
    stop: async () => {
      await standIn.stop();
      await provider.stop();
    },
  };
}
