/** Switches by which the stand-in plays a hostile or faulty consumer. All off: it behaves as Bitbucket does. */
import type { Parameter } from '../base-string.js';
import type { SignRequestOptions } from '../sign-request.js';

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
}

export function createFaults(): Faults {
  return {
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
