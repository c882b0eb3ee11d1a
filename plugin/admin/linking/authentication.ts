/**
 * Rows a9, a10, a11, a14 and a19: a peer's configurator switches both directions of OAuth on or off at our side
 * (applinks-oauth1.md 3.1, 3.2, 7.1). An administrator asks for it, so the flags count; impersonation also needs the
 * option `allowImpersonation`, since it lets the peer act for everybody here.
 */
import { z } from 'zod';
import type { Link, OutgoingLevels } from '../../store/store.js';
import { errorList, statusEntity } from './answer.js';
import { flag, readFields, settings } from './body.js';
import { capture, requireLink, type LinkingDependencies } from './context.js';
import type { LinkingHandler } from './endpoint.js';

const classes = 'com.atlassian.applinks.api.auth.types.';
const levelOf: Readonly<Record<string, keyof OutgoingLevels>> = {
  [`${classes}OAuthAuthenticationProvider`]: 'threeLegged',
  [`${classes}TwoLeggedOAuthAuthenticationProvider`]: 'twoLegged',
  [`${classes}TwoLeggedOAuthWithImpersonationAuthenticationProvider`]: 'impersonation',
};

const consumerFlags = z.object({
  twoLOAllowed: flag.default(false),
  twoLOImpersonationAllowed: flag.default(false),
});
const providerBody = z.object({
  provider: z.string().max(255),
  config: settings.optional(),
});

export function putConsumer(dependencies: LinkingDependencies): LinkingHandler {
  const { access, rawBodies } = dependencies;
  return async (req) => {
    const by = await access.requireAdmin(req);
    const link = await requireLink(dependencies, capture(req.params, 0));
    const isAutomatic = /[?&]autoConfigure=true(?:&|$)/.test(req.originalUrl);
    if (!isAutomatic)
      return errorList(400, ['Only ?autoConfigure=true is supported here: the key is fetched, not sent.']);
    const flags = consumerFlags.safeParse(await readFields(req, rawBodies));
    if (!flags.success) return errorList(400, ['The flags must be true or false.']);
    await trustPeer(dependencies, link, flags.data.twoLOAllowed, flags.data.twoLOImpersonationAllowed, by);
    return statusEntity(201, 'The consumer was stored.', `${hrefOf(dependencies, link)}/consumer`);
  };
}

export async function trustPeer(
  { discovery, peers }: LinkingDependencies,
  link: Link,
  twoLegged: boolean,
  impersonation: boolean,
  by: string,
): Promise<Link> {
  const consumer = await discovery.consumerInfo(link.rpcUrl ?? '');
  return peers.trust(link.id, consumer, { twoLegged, impersonation }, by);
}

export function putProvider(dependencies: LinkingDependencies): LinkingHandler {
  const { access, peers, rawBodies, context } = dependencies;
  return async (req) => {
    const by = await access.requireAdmin(req);
    const link = await requireLink(dependencies, capture(req.params, 0));
    const body = providerBody.safeParse(await readFields(req, rawBodies));
    if (!body.success) return errorList(400, ['Send {"provider": class name, "config": {}}.']);
    const { provider, config = {} } = body.data;
    const level = Object.hasOwn(levelOf, provider) ? levelOf[provider] : undefined;
    if (level === undefined)
      return errorList(400, [`The authentication provider ${provider} is not known here.`]);
    if (Object.keys(config).length > 0)
      return errorList(400, [
        'Only an empty configuration is supported: this application signs with its own key.',
      ]);
    if (level === 'impersonation' && !context.config.allowImpersonation)
      return errorList(400, ['OAuth with impersonation is switched off in this application.']);
    const levels = outgoingLevels(link);
    if (level !== 'threeLegged' && !levels.threeLegged)
      return errorList(400, ['Switch on three-legged OAuth first.']);
    await peers.setOutgoing(link.id, { ...levels, [level]: true }, by);
    return statusEntity(
      201,
      'The provider was configured.',
      `${hrefOf(dependencies, link)}/provider/${provider}`,
    );
  };
}

/** `PUT` and `DELETE …/auth/conf/oauth/autoconfig/{peerId}`. */
export function switchOn(dependencies: LinkingDependencies): LinkingHandler {
  return async (req) => {
    const by = await dependencies.access.requireAdmin(req);
    const link = await requireLink(dependencies, capture(req.params, 0));
    await trustPeer(dependencies, link, false, false, by);
    await dependencies.peers.setOutgoing(
      link.id,
      { threeLegged: true, twoLegged: true, impersonation: false },
      by,
    );
    return statusEntity(200, 'OAuth is on in both directions.');
  };
}

export function switchOff({ access, peers, ...rest }: LinkingDependencies): LinkingHandler {
  return async (req) => {
    const by = await access.requireAdmin(req);
    const link = await requireLink({ access, peers, ...rest }, capture(req.params, 0));
    const off = { threeLegged: false, twoLegged: false, impersonation: false };
    await peers.setIncoming(link.id, off, by);
    await peers.setOutgoing(link.id, off, by);
    return statusEntity(200, 'OAuth is off in both directions.');
  };
}

export function showAuthentication(dependencies: LinkingDependencies): LinkingHandler {
  return async (req) => {
    await dependencies.access.requireAdmin(req);
    const link = await requireLink(dependencies, capture(req.params, 0));
    return {
      status: 200,
      root: 'authentication',
      entity: {
        consumers: consumersOf(link),
        configuredAuthProviders: providersOf(link),
        link: [{ href: hrefOf(dependencies, link), rel: 'self' }],
      },
    };
  };
}

export function showConsumers(dependencies: LinkingDependencies): LinkingHandler {
  return async (req) => {
    await dependencies.access.requireAdmin(req);
    const consumers = consumersOf(await requireLink(dependencies, capture(req.params, 0)));
    if (consumers.length === 0) return statusEntity(404, 'This link has no consumer.');
    return { status: 200, root: 'consumers', entity: { consumers } };
  };
}

export function showProviders(dependencies: LinkingDependencies): LinkingHandler {
  return async (req) => {
    await dependencies.access.requireAdmin(req);
    const authenticationProviders = providersOf(await requireLink(dependencies, capture(req.params, 0)));
    return { status: 200, root: 'authenticationProviders', entity: { authenticationProviders } };
  };
}

export function outgoingLevels(link: Link): OutgoingLevels {
  const connection = link.outgoing.find(({ kind }) => kind === 'oauth1-atlassian');
  return connection?.levels ?? { threeLegged: false, twoLegged: false, impersonation: false };
}

function consumersOf({ incoming, levels }: Link) {
  return incoming.flatMap((credential) =>
    credential.kind === 'oauth1-rsa'
      ? [
          {
            key: credential.key,
            name: credential.key,
            signatureMethod: 'RSA_SHA1',
            publicKey: credential.publicKey,
            twoLOAllowed: levels.twoLegged,
            twoLOImpersonationAllowed: levels.impersonation,
          },
        ]
      : [],
  );
}

function providersOf(link: Link) {
  const levels = outgoingLevels(link);
  return Object.entries(levelOf)
    .filter(([, level]) => levels[level])
    .map(([provider]) => ({ provider, config: {} }));
}

const hrefOf = ({ context }: LinkingDependencies, link: Link): string =>
  `${context.config.baseUrl}/rest/applinks-oauth/1.0/applicationlink/${link.applicationId ?? link.id}/authentication`;
