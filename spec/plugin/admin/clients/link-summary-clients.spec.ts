/** What lists and pages say of a link that has OAuth 2.0, in either direction. */
import { expect } from 'chai';
import type { Connection, Link, OAuth2Client } from 'express-applinks';
import {
  describeStatus,
  directionOf,
  incomingLevel,
  outgoingLevel,
} from '../../../../plugin/admin/link-summary.js';
import { newLink } from '../../../../plugin/admin/link-service.js';
import { newClient } from '../../../../plugin/testing/store-contract/authorization-samples.js';

const usable = { uri: 'https://peer.example.test/callback', isPlaceholder: false };
const placeholder = { uri: 'https://peer.example.test', isPlaceholder: true };

const connection = (twoLegged = false): Connection => ({
  id: 'c',
  kind: 'oauth2',
  preferred: true,
  levels: { threeLegged: true, twoLegged, impersonation: false },
  signingKeyId: null,
  settings: {},
  sealedSecret: null,
  createdAtMs: 1,
});

function linkWith(changes: Partial<Link>): Link {
  const fields = { name: 'Bitbucket', type: 'stash', displayUrl: null, rpcUrl: null, primary: true };
  return { ...newLink('l', fields, [], 1), ...changes };
}

const client = (...redirectUris: OAuth2Client['redirectUris']): OAuth2Client => newClient({ redirectUris });

describe('A link with OAuth 2.0', () => {
  it('is incoming by a client, outgoing by a connection, two-way by both', () => {
    expect(directionOf(linkWith({ clients: [client(usable)] }))).to.equal('incoming');
    expect(directionOf(linkWith({ outgoing: [connection()] }))).to.equal('outgoing');
    expect(directionOf(linkWith({ clients: [client(usable)], outgoing: [connection()] }))).to.equal(
      'two-way',
    );
  });

  it('names it in both arrows', () => {
    expect(incomingLevel(linkWith({ clients: [client(usable)] }))).to.equal('OAuth 2.0');
    expect(incomingLevel(linkWith({}))).to.equal('Disabled');
    expect(outgoingLevel(connection())).to.equal('OAuth 2.0');
    expect(outgoingLevel(connection(true))).to.equal('OAuth 2.0, also in our own name');
    expect(outgoingLevel(undefined)).to.equal('Disabled');
  });

  it('is incomplete while it is a draft, or has placeholders only; else it waits for users', () => {
    const statusOf = (changes: Partial<Link>, isUsed = false): string =>
      describeStatus(linkWith(changes), isUsed).status;
    expect(statusOf({ state: 'draft', outgoing: [connection()] })).to.equal('Incomplete');
    expect(statusOf({ clients: [client(placeholder)] })).to.equal('Incomplete');
    expect(statusOf({ clients: [client(placeholder, usable)] })).to.equal('Waiting');
    expect(statusOf({ clients: [client(usable)] }, true)).to.equal('In use');
    expect(statusOf({ outgoing: [connection()] })).to.equal('Ready');
  });
});
