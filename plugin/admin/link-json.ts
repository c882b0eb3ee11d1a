/**
 * A link as JSON tells it. Field by field, so that what a link gains later is not told by accident: a sealed secret is
 * no secret to be read, but it is nobody's business either.
 */
import type { Config } from '../config.js';
import type { Connection, Credential, Link } from '../store/store.js';
import { clientJson } from './clients/client-json.js';
import type { SavedLink } from './link-service.js';
import { directionOf } from './link-summary.js';
import { pasteValues } from './paste-values.js';
import { publicKeyFingerprint } from './public-key-fingerprint.js';

type Installation = Pick<Config, 'baseUrl' | 'mountPath' | 'application'>;

/** Times in milliseconds since the epoch, as in the host's own calls. */
export function linkJson(config: Installation, link: Link): object {
  const { id, name, type, version, rpcUrl, displayUrl, primary, state, createdAtMs, updatedAtMs } = link;
  const { applicationId, remoteLinkId, levels, serviceUserId } = link;
  return {
    id,
    applicationId,
    remoteLinkId,
    name,
    type,
    version,
    rpcUrl,
    displayUrl,
    primary,
    state,
    createdAtMs,
    updatedAtMs,
    direction: directionOf(link),
    levels,
    serviceUserId,
    outgoing: link.outgoing.map(connectionJson),
    clients: link.clients.map(clientJson),
    incoming: link.incoming.map((credential) => credentialJson(config, credential)),
  };
}

function connectionJson({ id, kind, preferred, levels, settings, createdAtMs }: Connection): object {
  return { id, kind, preferred, levels, settings, createdAtMs };
}

/** The only answer that holds a shared secret: the one to the request that made it. */
export function savedLinkJson(config: Installation, { link, secrets, warnings }: SavedLink): object {
  return { link: linkJson(config, link), secrets, warnings };
}

function credentialJson(config: Installation, credential: Credential): object {
  const { id, key, signatureMethod, callbackUrl, allowInsecureMissingCallback, scopes } = credential;
  const { requestTokenLifetimeMs, accessTokenLifetimeMs, idleTimeoutMs, createdAtMs } = credential;
  return {
    id,
    key,
    source: credential.source,
    signatureMethod,
    ...(credential.kind === 'oauth1-rsa'
      ? {
          publicKey: credential.publicKey,
          publicKeyFingerprint: publicKeyFingerprint(credential.publicKey),
          offeredPublicKey: credential.offeredPublicKey,
        }
      : {}),
    callbackUrl,
    allowInsecureMissingCallback,
    scopes,
    requestTokenLifetimeMs,
    accessTokenLifetimeMs,
    idleTimeoutMs,
    createdAtMs,
    bitbucketForm: bitbucketForm(config, credential),
  };
}

/** What to type into Bitbucket's form, by the labels that it has there. */
function bitbucketForm(config: Installation, credential: Credential): Record<string, string> {
  const { address, identity, urls } = pasteValues(config, config.application.name, credential);
  return Object.fromEntries([...address, ...identity, ...urls].map(({ label, value }) => [label, value]));
}
