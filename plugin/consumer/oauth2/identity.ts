/**
 * Whose token is it? An Atlassian product does not refuse a dead one, it goes on as for nobody (oauth2.md 2.7), so a 200
 * proves nothing: only an answer that names the user does. Atlassian's cloud answers 401.
 */
import { z } from 'zod';
import { PeerUnreachable } from '../../errors.js';
import type { Transport, TransportAnswer } from '../transport.js';
import type { Preset } from './presets.js';

export interface PeerIdentity {
  /** Stable at the peer: user name, or account id in the cloud. */
  name: string;
  displayName: string;
}

/** `unknown`: the peer does not say, or was not asked. */
export type IdentityAnswer = PeerIdentity | 'anonymous' | 'unknown';

export type AskIdentity = (preset: Preset, callBase: string, accessToken: string) => Promise<IdentityAnswer>;

const name = z.string().min(1).max(255);
const userDocument = z.object({
  type: z.string().optional(),
  name: name.optional(),
  username: name.optional(),
  accountId: name.optional(),
  displayName: z.string().max(255).optional(),
});

/** @throws PeerUnreachable */
export function createAskIdentity(transport: Transport): AskIdentity {
  return async ({ identity }, callBase, accessToken) => {
    if (identity === null) return 'unknown';
    const answer = await transport
      .request({
        url: `${callBase}${identity.path}`,
        headers: { authorization: `Bearer ${accessToken}`, accept: 'application/json' },
        maxBytes: 64 * 1024,
      })
      .catch((error: unknown) => {
        // Nobody is sent to log in.
        if (error instanceof PeerUnreachable && error.kind === 'redirected') return undefined;
        throw error;
      });
    if (answer === undefined || answer.status === 401) return 'anonymous';
    return identity.from === 'header' ? readHeader(answer) : readBody(answer);
  };
}

function readHeader(answer: TransportAnswer): IdentityAnswer {
  if (answer.status !== 200) return 'unknown';
  return userOf(answer.headers) ?? 'anonymous';
}

/** Whom an answer of an Atlassian product was made for, where it says so. */
export function userOf(headers: Headers): PeerIdentity | undefined {
  const header = headers.get('x-ausername');
  if (header === null || header === '' || header === 'anonymous') return undefined;
  const said = decoded(header).slice(0, 255);
  return { name: said, displayName: said };
}

function readBody(answer: TransportAnswer): IdentityAnswer {
  if (answer.status !== 200) return 'unknown';
  try {
    const { type, displayName, ...ids } = userDocument.parse(JSON.parse(answer.body.toString('utf8')));
    const id = ids.name ?? ids.username ?? ids.accountId;
    if (type === 'anonymous' || id === undefined) return 'anonymous';
    return { name: id, displayName: displayName ?? id };
  } catch {
    return 'unknown';
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
