/**
 * Turns what a socket, TLS or the HTTP parser reports into a sentence of cause and one of cure for an administrator
 * (applinks-oauth1.md 3.4). Only scheme, host and port of the address are named: its path and query may hold a token.
 */
import { PeerUnreachable, type PeerUnreachableKind } from '../errors.js';

type Explanation = readonly [kind: PeerUnreachableKind, cause: string, cure: string];

const refusedConnection: Explanation = [
  'connection_refused',
  'refuses the connection',
  'Check that the application runs there, the port, and the firewalls in between.',
];
const noRoute: Explanation = [
  'connection_refused',
  'cannot be reached from this server',
  'Check the routes and firewalls between the two.',
];
const unknownHost: Explanation = [
  'unknown_host',
  'has a host name that cannot be found',
  "Check its spelling, and that this server's DNS knows it.",
];
const timedOut: Explanation = [
  'timeout',
  'did not answer in time',
  'Check that the application is not starting or overloaded, and that no firewall swallows the packets.',
];
const expired: Explanation = [
  'tls_expired',
  'has a TLS certificate that is expired or not yet valid',
  'Renew the certificate there, or set the clock of this server.',
];
const untrusted: Explanation = [
  'tls_untrusted',
  'has a TLS certificate that this server does not trust',
  "Install the full certificate chain there, or give its authority's certificate in the option network.ca.",
];
const wrongName: Explanation = [
  'tls_hostname_mismatch',
  'has a TLS certificate for another host name',
  'Enter the host name that is in the certificate, or install a certificate for this one.',
];
const brokenTls: Explanation = [
  'tls_error',
  'could not agree with this server on a TLS connection',
  'Check that the address is an https address and that the other side offers TLS 1.2 or newer.',
];
const lost: Explanation = [
  'connection_lost',
  'closed the connection before the answer was complete',
  'Check the application and any proxy in front of it, then try again.',
];
const notHttp: Explanation = [
  'bad_answer',
  'did not answer with valid HTTP',
  'Check the port, and whether the address must begin with https.',
];
const hugeHeaders: Explanation = [
  'too_large',
  'answered with more headers than are accepted',
  'Check whether the address leads to the application itself.',
];

const byCode: readonly (readonly [RegExp, Explanation])[] = [
  [/^ECONNREFUSED$/, refusedConnection],
  [/^(?:EHOSTUNREACH|ENETUNREACH|ENETDOWN|EHOSTDOWN|EADDRNOTAVAIL|EACCES|EPERM|EINVAL)$/, noRoute],
  [/^(?:ENOTFOUND|ENODATA|EAI_.*)$/, unknownHost],
  [/^(?:ETIMEDOUT|ETIMEOUT|UND_ERR_(?:CONNECT|HEADERS|BODY)_TIMEOUT)$/, timedOut],
  [/^(?:CERT_HAS_EXPIRED|CERT_NOT_YET_VALID)$/, expired],
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, wrongName],
  [
    /^(?:.*SELF_SIGNED_CERT.*|UNABLE_TO_.*|CERT_.*|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED)$/,
    untrusted,
  ],
  [/^(?:ERR_SSL_.*|ERR_TLS_.*|ERR_OSSL_.*|EPROTO)$/, brokenTls],
  [/^(?:HPE_HEADER_OVERFLOW|UND_ERR_HEADERS_OVERFLOW)$/, hugeHeaders],
  [/^(?:HPE_.*|HTTPParserError)$/, notHttp],
];

/**
 * The error of a call to `url`: what the guard or the caps said already, or what the network's error code means. A
 * request that cannot be sent, like one with a line break in a header, is our own mistake and stays what it is.
 */
export function explainFailure(url: URL, error: unknown): unknown {
  const chain = [...causes(error)];
  const known = chain.find((cause) => cause instanceof PeerUnreachable);
  if (known) return known;
  const codes = chain
    .flatMap((cause) => [(cause as { code?: unknown }).code, (cause as { name?: unknown }).name])
    .filter((code) => typeof code === 'string');
  if (codes.includes('UND_ERR_INVALID_ARG')) return error;
  for (const code of codes) {
    const match = byCode.find(([pattern]) => pattern.test(code));
    if (match) return peerUnreachable(url, match[1], error);
  }
  return peerUnreachable(url, lost, error);
}

export function timeoutFailure(url: URL, cause: unknown): PeerUnreachable {
  return peerUnreachable(url, timedOut, cause);
}

function peerUnreachable(url: URL, [kind, cause, cure]: Explanation, error: unknown): PeerUnreachable {
  return new PeerUnreachable(kind, `${url.origin} ${cause}. ${cure}`, { cause: error });
}

/** The error, its causes, and the first of several attempts at several addresses. */
function* causes(error: unknown): Generator<object> {
  let current = error;
  for (let depth = 0; depth < 8 && typeof current === 'object' && current !== null; depth += 1) {
    yield current;
    const { errors, cause } = current as { errors?: unknown; cause?: unknown };
    current = Array.isArray(errors) && errors.length > 0 ? (errors[0] as unknown) : cause;
  }
}
