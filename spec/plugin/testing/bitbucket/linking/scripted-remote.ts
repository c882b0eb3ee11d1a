/** The other side of a link, made by hand for these specs: a manifest, a consumer-info, and whatever a spec scripts. */
import { generateKeyPairSync } from 'node:crypto';
import { bitbucketStandIn, type BitbucketStandIn } from '../../../../../plugin/testing/index.js';
import type { BitbucketStandInOptions } from '../../../../../plugin/testing/index.js';
import {
  startScriptedProvider,
  type Received,
  type Reply,
  type ScriptedProvider,
} from '../scripted-provider.js';

export const manifestPath = '/rest/applinks/1.0/manifest';
export const consumerInfoPath = '/plugins/servlet/oauth/consumer-info';
export const remoteId = '9fcb1f80-cf06-3129-bdea-f3b25b1aa9e3';

const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
export const publicKeyBase64 = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
export const pkcs1Base64 = publicKey.export({ type: 'pkcs1', format: 'der' }).toString('base64');

export const xml = (body: string, status = 200): Reply => ({
  status,
  headers: { 'Content-Type': 'application/xml;charset=UTF-8' },
  body,
});
export const json = (body: unknown, status = 200): Reply => ({
  status,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(body),
});

export const authPackage = 'com.atlassian.applinks.api.auth.types.';

export const manifestXml = (url: string, fields: Readonly<Record<string, string>> = {}): string => {
  const all = {
    id: remoteId,
    name: 'Our CI',
    typeId: 'generic',
    version: '1.0.0',
    buildNumber: '1',
    applinksVersion: '5.4.0',
    url,
    ...fields,
  };
  const elements = Object.entries(all).map(([name, value]) => (value ? `<${name}>${value}</${name}>` : ''));
  const types = ['inbound', 'outbound'].flatMap((direction) =>
    ['OAuthAuthenticationProvider', 'TwoLeggedOAuthAuthenticationProvider'].map(
      (name) => `<${direction}AuthenticationTypes>${authPackage}${name}</${direction}AuthenticationTypes>`,
    ),
  );
  return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<manifest>${[...elements, ...types].join('\n')}</manifest>`;
};

export const consumerInfoXml = (key = 'ci:4711', publicKeyText = publicKeyBase64): string =>
  `<?xml version="1.0" encoding="UTF-8"?><consumer><key>${key}</key><name>Our CI</name><publicKey>${publicKeyText}</publicKey></consumer>`;

export interface RemotePair {
  remote: ScriptedProvider;
  standIn: BitbucketStandIn;
  /** Method and path of everything the remote was asked, in order. */
  asked(): string[];
  /** REST of the stand-in as this user; JSON in and out. */
  rest(
    method: string,
    path: string,
    options?: { as?: string; json?: unknown; headers?: Record<string, string> },
  ): Promise<{ status: number; body: unknown; text: string }>;
  stop(): Promise<void>;
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

export async function remotePair(options: BitbucketStandInOptions = {}): Promise<RemotePair> {
  const remote = await startScriptedProvider();
  remote.replies[manifestPath] = xml(manifestXml(remote.url));
  remote.replies[consumerInfoPath] = xml(consumerInfoXml());
  const standIn = bitbucketStandIn(options);
  await standIn.start();
  return {
    remote,
    standIn,
    asked: () => remote.received.map(({ method, path }: Received) => `${method} ${path}`),
    rest: async (method, path, { as = 'admin', json: content, headers = {} } = {}) => {
      const user = standIn.users.find(({ name }) => name === as);
      const credentials = Buffer.from(`${as}:${user?.password ?? ''}`).toString('base64');
      const answer = await fetch(standIn.url + path, {
        method,
        redirect: 'manual',
        headers: {
          ...(as !== '' && { Authorization: `Basic ${credentials}` }),
          ...(content !== undefined && { 'Content-Type': 'application/json' }),
          ...headers,
        },
        ...(content !== undefined && { body: JSON.stringify(content) }),
      });
      const text = await answer.text();
      return { status: answer.status, body: parsed(text), text };
    },
    stop: async () => {
      await standIn.stop();
      await remote.stop();
    },
  };
}

/** A link of the stand-in to the remote, as an administrator's script creates it. */
export async function createLink(
  pair: RemotePair,
  fields: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { remote, standIn } = pair;
  const link = { name: 'Our CI', rpcUrl: remote.url, typeId: 'generic', ...fields };
  const { status, text } = await pair.rest('PUT', '/rest/applinks/3.0/applicationlink', { json: link });
  if (status !== 201) throw new Error(`The link was answered ${status}: ${text}`);
  const id = standIn.links().find(({ rpcUrl }) => rpcUrl === link.rpcUrl)?.id;
  if (!id) throw new Error('The link is not there.');
  return id;
}
