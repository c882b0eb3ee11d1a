/**
 * What we see of a peer before we trust it: its manifest and its key. The form that the administrator confirms is bound
 * to what was shown, so that a peer cannot show one key and be trusted with another.
 */
import type { PeerManifest } from '../linking/context.js';
import { applicationTypes } from '../linking/peer-description.js';
import type { PeerConsumer } from '../linking/peer-links.js';
import { typeName } from '../link-summary.js';
import { publicKeyFingerprint } from '../public-key-fingerprint.js';
import { isBaseUrl } from './starting-peer.js';

export interface PeerLook {
  id: string;
  name: string;
  /** `generic` for a type that we do not know. */
  typeId: string;
  /** As Atlassian's pages call it. */
  type: string;
  version: string | null;
  /** As entered: server to server. */
  rpcUrl: string;
  /** As the peer names itself, for browsers; where we found it when that is no address to send a browser to. */
  displayUrl: string;
  consumer: PeerConsumer;
  fingerprint: string;
}

export function lookOf(rpcUrl: string, manifest: PeerManifest, consumer: PeerConsumer): PeerLook {
  const { id, name, typeId, version = null, url = rpcUrl } = manifest;
  const known = applicationTypes.find((type) => type === typeId) ?? 'generic';
  return {
    id,
    name: name ?? new URL(rpcUrl).host,
    typeId: known,
    type: typeName(known),
    version,
    rpcUrl,
    displayUrl: isBaseUrl(url) ? url : rpcUrl,
    consumer,
    fingerprint: publicKeyFingerprint(consumer.publicKey),
  };
}

/** Purpose of the form token. */
export function confirmPurpose(what: string, { id, rpcUrl, displayUrl, consumer }: PeerLook): string {
  return JSON.stringify([what, id, rpcUrl, displayUrl, consumer.key, consumer.publicKey]);
}
