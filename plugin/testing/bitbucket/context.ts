/** What the parts of the stand-in share. */
import { exchange, type Exchange, type ExchangeRequest } from '../http-exchange.js';
import type { SignRequestOptions } from '../sign-request.js';
import { createFaults, faultySigning, type Faults } from './faults.js';
import { createFaultyAnswers, type FaultyAnswers } from './faulty-answers.js';
import type { HostIdentity } from './host-identity.js';
import { createOAuth2Memory, type OAuth2Memory } from './oauth2-provider/memory.js';
import { createNonceMemory, type NonceMemory } from './provider/nonce-memory.js';
import type { ReceivedRequest } from './received.js';
import { createHosting, type Hosting } from './hosting.js';
import type { State } from './state.js';

export interface StandInContext extends Hosting {
  state: State;
  host: HostIdentity;
  faults: Faults;
  /** Everything sent to the other side, in order. */
  exchanges: Exchange[];
  faultyAnswers: FaultyAnswers;
  nonces: NonceMemory;
  /** Of the provider of OAuth 2.0. */
  oauth2: OAuth2Memory;
  /** Everything that it was asked, in order. */
  received: ReceivedRequest[];
  /** Keeps session handles and offers renewal, which Bitbucket does not. */
  renews: boolean;
  /** Signs redirected requests anew instead of replaying the header (applinks-oauth1.md 5.3). */
  resignsRedirects: boolean;
  /** The server's clock, milliseconds since 1970. */
  now(): number;
  /** The configured base URL, which need not be the one that a browser uses. */
  baseUrl(): string;
  send(request: ExchangeRequest): Promise<Exchange>;
  signing(): Pick<SignRequestOptions, 'nonce' | 'timestampSeconds' | 'tamper'>;
}

export type ContextOptions = Pick<
  StandInContext,
  'state' | 'host' | 'renews' | 'resignsRedirects' | 'baseUrl'
> & {
  /** Milliseconds since 1970. */
  clock: () => number;
};

export function createContext({ clock, ...given }: ContextOptions): StandInContext {
  const exchanges: Exchange[] = [];
  const faultyAnswers = createFaultyAnswers();
  const faults = createFaults(faultyAnswers);
  return {
    ...given,
    ...createHosting(),
    faults,
    faultyAnswers,
    nonces: createNonceMemory(),
    oauth2: createOAuth2Memory(),
    received: [],
    exchanges,
    now: () => clock() + faults.serverClockOffsetSeconds * 1000,
    send: async (request) => {
      const answer = await exchange(request);
      exchanges.push(answer);
      return answer;
    },
    signing: () => faultySigning(faults, Math.floor(clock() / 1000)),
  };
}
