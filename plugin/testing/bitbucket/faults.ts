/** Switches by which the stand-in plays a hostile or faulty peer. All off: it behaves as Bitbucket does. */
import type { Parameter } from '../base-string.js';
import type { SignRequestOptions } from '../sign-request.js';
import type { FaultyAnswer, FaultyAnswers, RequestMatch } from './faulty-answers.js';

export interface Faults {
  /** Changes one character of every signature. */
  wrongSignature: boolean;
  /** Sends this nonce with every request. */
  nonce: string | undefined;
  /** Sends this timestamp with every request. */
  timestampSeconds: number | undefined;
  /** Added to the clock. */
  clockOffsetSeconds: number;
  /** Asks for a request token without `oauth_callback`. */
  skipCallback: boolean;
  /** Sends this callback instead of its own. */
  callback: string | undefined;
  /** Swaps with this verifier instead of the one that came back. */
  verifier: string | undefined;
  /** Added to the clock as a provider: header `Date`, timestamps, lifetimes. */
  serverClockOffsetSeconds: number;
  /** Refuses every signed request with this problem, for example `timestamp_refused` or `token_revoked`. */
  problem: string | undefined;
  /** Answers matching requests wrongly until it is taken back by calling what it returns, or only `once`. */
  answer(match: RequestMatch, answer: FaultyAnswer): () => void;
  /** Takes back every answer(). */
  clearAnswers(): void;
}

export function createFaults(answers: FaultyAnswers): Faults {
  return {
    serverClockOffsetSeconds: 0,
    problem: undefined,
    answer: (match, answer) => answers.add(match, answer),
    clearAnswers: () => answers.clear(),
    wrongSignature: false,
    nonce: undefined,
    timestampSeconds: undefined,
    clockOffsetSeconds: 0,
    skipCallback: false,
    callback: undefined,
    verifier: undefined,
  };
}

function spoil([name, value]: Parameter): Parameter {
  return name === 'oauth_signature'
    ? [name, (value.startsWith('A') ? 'B' : 'A') + value.slice(1)]
    : [name, value];
}

/** Options of signRequest() that put the faults into effect. */
export function faultySigning(
  faults: Faults,
  nowSeconds: number,
): Pick<SignRequestOptions, 'nonce' | 'timestampSeconds' | 'tamper'> {
  return {
    nonce: faults.nonce,
    timestampSeconds: faults.timestampSeconds ?? nowSeconds + faults.clockOffsetSeconds,
    tamper: faults.wrongSignature ? (parameters) => parameters.map(spoil) : undefined,
  };
}
