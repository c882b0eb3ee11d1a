/**
 * What a server says of itself (RFC 8414; oauth2.md 2.2, part 7 row 25). A hint and no more: most Atlassian products have
 * no such document, and theirs understates what they can. An attacker who controls it would send our users, codes and
 * secrets elsewhere: so its issuer must be the address that was entered, and endpoints of another origin are refused.
 */
import { z } from 'zod';
import { ApplinksError, PeerUnreachable } from '../../errors.js';
import { badAnswer, mediaType, readAnswer } from '../peer-answer.js';
import type { Transport, TransportAnswer } from '../transport.js';

const url = z
  .string()
  .max(2048)
  .refine((text) => URL.canParse(text), 'An endpoint is no URL.');
const names = z.array(z.string().max(200)).max(500);

const documentSchema = z.object({
  issuer: url,
  authorization_endpoint: url,
  token_endpoint: url,
  revocation_endpoint: url.optional(),
  scopes_supported: names.optional(),
  token_endpoint_auth_methods_supported: names.optional(),
  authorization_response_iss_parameter_supported: z.boolean().optional(),
});

export interface ServerMetadata {
  issuer: string;
  authorizeUrl: string;
  tokenUrl: string;
  revokeUrl: string | null;
  scopes: string[];
  tokenAuthentication: 'client_secret_post' | 'client_secret_basic';
  isIssAnnounced: boolean;
}

export interface MetadataReader {
  /** Undefined when the server has none. @throws PeerUnreachable for one that must not be believed */
  read(issuer: string, dataCenter: boolean): Promise<ServerMetadata | undefined>;
}

const maxBytes = 64 * 1024;
const timeoutMs = 5000;
const cachedMs = 24 * 60 * 60_000;
const absenceCachedMs = 10 * 60_000;
const mostCached = 1000;

export function createMetadataReader(transport: Transport, clock: () => number): MetadataReader {
  const cache = new Map<string, { untilMs: number; metadata: ServerMetadata | undefined }>();

  const fetchFirst = async (
    issuer: string,
    places: readonly string[],
  ): Promise<ServerMetadata | undefined> => {
    for (const place of places) {
      const answer = await transport.request({
        url: place,
        headers: { accept: 'application/json' },
        maxBytes,
        timeoutMs,
      });
      if (answer.status === 200 && mediaType(answer) !== 'text/html') return readMetadata(answer, issuer);
    }
    return undefined;
  };

  return {
    read: async (issuer, dataCenter) => {
      const known = cache.get(issuer);
      if (known && known.untilMs > clock()) return known.metadata;
      const metadata = await fetchFirst(issuer, dataCenter ? [dataCenterPlace(issuer)] : placesOf(issuer));
      if (cache.size >= mostCached) cache.clear();
      cache.set(issuer, { metadata, untilMs: clock() + (metadata ? cachedMs : absenceCachedMs) });
      return metadata;
    },
  };
}

const dataCenterPlace = (base: string): string =>
  `${base}/rest/oauth2/latest/.well-known/oauth-authorization-server`;

/** RFC 8414 section 3.1: between host and path; OpenID Connect Discovery: behind the path. */
function placesOf(issuer: string): string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  return [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
    ...(path === '' ? [] : [`${origin}${path}/.well-known/oauth-authorization-server`]),
  ];
}

function readMetadata(answer: TransportAnswer, issuer: string): ServerMetadata {
  const document = readAnswer(answer, 'metadata of an OAuth 2.0 server', () => {
    const read = documentSchema.safeParse(JSON.parse(answer.body.toString('utf8')));
    if (read.success) return read.data;
    throw new ApplinksError('invalid_input', 400, read.error.issues[0]?.message ?? '');
  });
  if (document.issuer.replace(/\/$/, '') !== issuer)
    throw badAnswer(
      answer,
      `says that it is ${document.issuer.slice(0, 200)}, not ${issuer}, so it is not believed`,
    );
  const { origin } = new URL(issuer);
  const { authorization_endpoint, token_endpoint, revocation_endpoint = null } = document;
  for (const endpoint of [authorization_endpoint, token_endpoint, revocation_endpoint]) {
    if (endpoint !== null && new URL(endpoint).origin !== origin)
      throw badAnswer(
        answer,
        `names an endpoint of another origin, ${new URL(endpoint).origin}, so it is not believed`,
      );
  }
  const methods = document.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  if (!methods.includes('client_secret_post') && !methods.includes('client_secret_basic'))
    throw new PeerUnreachable(
      'bad_answer',
      `${origin} takes client secrets neither in the form nor in the header (client_secret_post, client_secret_basic), and clients without a secret are not supported. Switch on one of the two there, for a confidential client.`,
    );
  return {
    issuer: document.issuer,
    authorizeUrl: authorization_endpoint,
    tokenUrl: token_endpoint,
    revokeUrl: revocation_endpoint,
    scopes: document.scopes_supported ?? [],
    tokenAuthentication: methods.includes('client_secret_post')
      ? 'client_secret_post'
      : 'client_secret_basic',
    isIssAnnounced: document.authorization_response_iss_parameter_supported ?? false,
  };
}
