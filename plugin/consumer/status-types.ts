/**
 * What can be wrong with a link, in the words of Atlassian's own error types (applinks-oauth1.md 3.4) and, for an
 * administrator who does not know those, as one sentence of cause and one of cure. `{peer}` and `{app}` are replaced.
 */
export type StatusCategory =
  | 'WORKING'
  | 'NETWORK_ERROR'
  | 'ACCESS_ERROR'
  | 'CONFIG_ERROR'
  | 'INCOMPATIBLE'
  | 'DEPRECATED'
  | 'UNKNOWN'
  | 'DISABLED'
  | 'NON_ATLASSIAN';

interface Finding {
  category: StatusCategory;
  cause: string;
  cure: string;
}

const network = (cause: string, cure: string): Finding => ({ category: 'NETWORK_ERROR', cause, cure });
const config = (cause: string, cure: string): Finding => ({ category: 'CONFIG_ERROR', cause, cure });
const access = (cause: string, cure: string): Finding => ({ category: 'ACCESS_ERROR', cause, cure });

export const findings = {
  WORKING: { category: 'WORKING', cause: 'Both sides agree.', cure: 'There is nothing to do.' },
  INCOMING_ONLY: {
    category: 'NON_ATLASSIAN',
    cause: '{peer} calls {app}, and {app} does not know its address.',
    cure: 'There is nothing that {app} could test; ask {peer} to test the link.',
  },
  REACHABLE: {
    category: 'NON_ATLASSIAN',
    cause: '{peer} answers. It is no Atlassian product, so nothing more can be tested from here.',
    cure: 'Connect your account and make a call to know the rest.',
  },
  CONNECTION_REFUSED: network(
    'Nothing accepts connections at the address of {peer}.',
    'Check that it runs, and its address and port.',
  ),
  UNKNOWN_HOST: network(
    'The host name of {peer} is not known here.',
    'Check the address, and the DNS of the machine on which {app} runs.',
  ),
  TIMEOUT: network(
    '{peer} did not answer in time.',
    'Check the network and firewalls between the two, and whether it is overloaded.',
  ),
  CONNECTION_LOST: network('The connection to {peer} broke.', 'Try again; check proxies between the two.'),
  SSL_UNTRUSTED: network(
    'The certificate of {peer} is not trusted here.',
    'Give the authority that issued it to {app} (option network.ca), or install a certificate of a known one there.',
  ),
  SSL_HOSTNAME_UNMATCHED: network(
    'The certificate of {peer} is for another host name.',
    'Use the name that the certificate has, or install one with the right name there.',
  ),
  SSL_UNMATCHED: network(
    'TLS with {peer} failed.',
    'Check its certificate and the versions of TLS that it offers.',
  ),
  ADDRESS_REFUSED: network(
    'The address of {peer} is one that {app} must not call.',
    'Use another address, or change the options under network.',
  ),
  REDIRECTED: network(
    '{peer} redirects calls to another address, and signed calls are never redirected.',
    'Set the address of the link to where it points.',
  ),
  UNEXPECTED_RESPONSE: network(
    'Something answered in the place of {peer}, but not as an Atlassian product does.',
    'Check the address with its context path, and any proxy or login page in front of it.',
  ),
  UNEXPECTED_RESPONSE_STATUS: network(
    '{peer} answered with a status that was not expected.',
    'Look into its log, and check any proxy in front of it.',
  ),
  OAUTH_TIMESTAMP_REFUSED: network(
    'The clocks of the two differ by more than five minutes.',
    'Set both clocks by a time server.',
  ),
  OAUTH_SIGNATURE_INVALID: network(
    '{peer} does not accept our signature: it holds another key of ours, or sees another address than we sign.',
    'Let it fetch our key again (delete and create the link), and check that no proxy changes its address.',
  ),
  CONSUMER_UNKNOWN: config(
    '{peer} does not know our consumer key.',
    'Switch on the incoming direction of the link there, or delete the link and create it again.',
  ),
  OAUTH_PROBLEM: network('{peer} refused the signed call.', 'Its answer below says why.'),
  WRONG_INSTALLATION: config(
    'Another installation answers at the address of {peer} than the one that was linked.',
    'Correct the address. If it was reinstalled, delete the link and create it again.',
  ),
  PEER_KEY_CHANGED: config(
    '{peer} signs with another key than the one that {app} holds, so its calls are refused.',
    'Fetch its key again on the page of this link, compare the fingerprint, and accept the new key.',
  ),
  REMOTE_VERSION_INCOMPATIBLE: {
    category: 'INCOMPATIBLE',
    cause: '{peer} is too old: its application links are older than version 4.0.13.',
    cure: 'Update {peer}, or enter the link by hand on both sides.',
  },
  NO_REMOTE_APPLINK: config(
    '{peer} has no link to {app}: it was deleted there, or never completed.',
    'Create the other half there, or delete the link here.',
  ),
  AUTH_LEVEL_MISMATCH: config(
    'What the two sides allow each other differs.',
    'Set the same levels on both sides: what is outgoing there is incoming here.',
  ),
  AUTH_LEVEL_UNSUPPORTED: {
    category: 'DEPRECATED',
    cause: 'Calls without a user (2LO) are switched on here, but not there.',
    cure: 'Switch them on there (incoming: OAuth), or off here.',
  },
  DISABLED: {
    category: 'DISABLED',
    cause: 'Both directions are switched off on both sides.',
    cure: 'Switch on what is needed, on both sides.',
  },
  LOCAL_AUTH_TOKEN_REQUIRED: access(
    'You have not connected your account at {peer}, so calls in your name cannot be tested.',
    'Connect your account, then test again.',
  ),
  REMOTE_AUTH_TOKEN_REQUIRED: access(
    '{peer} does not accept the access that it once gave you.',
    'Connect your account again, then test again.',
  ),
  INSUFFICIENT_REMOTE_PERMISSION: access(
    'Your account at {peer} may not do this.',
    'Ask an administrator there for the permission.',
  ),
  UNKNOWN: {
    category: 'UNKNOWN',
    cause: 'The test failed for a reason that is not known.',
    cure: 'The log of {app} says more.',
  },
} as const satisfies Record<string, Finding>;

export type StatusType = keyof typeof findings;

/** What a check has found; nothing that follows has to be checked any more. */
export class Found extends Error {
  constructor(readonly trouble: { type: StatusType; answer?: string | undefined }) {
    super(trouble.type);
  }
}

export interface LinkStatus {
  working: boolean;
  category: StatusCategory;
  type: StatusType;
  cause: string;
  cure: string;
  /** What the other side said, shortened. */
  answer: string | null;
  /** Page on which the user connects their account, when that is the cure. */
  connectUrl: string | null;
  /** What is no failure, but should be known. */
  hints: string[];
  /** Milliseconds since the epoch. */
  checkedAtMs: number;
}
