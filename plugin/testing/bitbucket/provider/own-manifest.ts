/**
 * The manifest of the stand-in itself (applinks-oauth1.md 1.1, 1.2), anonymous, with its two peculiarities: a dummy
 * entry in both lists, and an outbound list that is filled from the inbound one.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { json, type Answer, type Incoming } from '../answer.js';
import type { StandInContext } from '../context.js';
import { productFacts } from './product-facts.js';
import { xml, type Element } from './xml.js';

const dummy = 'placeholder.to.ensure.backwards.compatibility';
const types = [
  dummy,
  'com.atlassian.applinks.api.auth.types.OAuthAuthenticationProvider',
  'com.atlassian.applinks.api.auth.types.TwoLeggedOAuthAuthenticationProvider',
  'com.atlassian.applinks.api.auth.types.TwoLeggedOAuthWithImpersonationAuthenticationProvider',
];

function manifestOf(context: StandInContext) {
  const { state } = context;
  const { name, version, buildNumber } = productFacts[state.product];
  const url = context.baseUrl();
  return {
    id: state.serverId,
    name,
    typeId: state.product,
    version,
    buildNumber,
    applinksVersion: '9.1.4',
    inboundAuthenticationTypes: types,
    outboundAuthenticationTypes: types,
    publicSignup: false,
    url,
    iconUrl: `${url}/images/16x16.png`,
    iconUri: `${url}/images/icon.png`,
  };
}

function corsHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const { origin } = headers;
  if (origin === undefined) return {};
  return { 'Access-Control-Allow-Origin': origin, 'Access-Control-Allow-Credentials': 'true' };
}

const wantsJson = ({ path }: Incoming, { accept = '' }: IncomingHttpHeaders): boolean =>
  path.endsWith('.json') || (!path.endsWith('.xml') && /\bjson\b/.test(accept) && !/\bxml\b/.test(accept));

export function showManifest(
  context: StandInContext,
  incoming: Incoming,
  headers: IncomingHttpHeaders,
): Answer {
  const manifest = manifestOf(context);
  const elements = Object.entries(manifest).flatMap(([name, value]) =>
    [value].flat().map((text): Element => [name, text]),
  );
  const answer = wantsJson(incoming, headers) ? json(200, manifest) : xml('manifest', elements);
  return { ...answer, headers: { ...answer.headers, ...corsHeaders(headers) } };
}

export function preflightManifest(headers: IncomingHttpHeaders): Answer {
  const method = headers['access-control-request-method'] ?? 'GET';
  const allowed = { 'Access-Control-Allow-Headers': 'Content-Type', 'Access-Control-Allow-Methods': method };
  return { status: 200, headers: { ...corsHeaders(headers), ...(headers.origin && allowed) }, body: '' };
}
