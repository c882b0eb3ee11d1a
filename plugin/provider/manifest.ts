/**
 * The manifest (applinks-oauth1.md 1.1, 1.2): the one address that every peer asks first, and an administrator's browser
 * across origins while its wizard runs. The document is the same for every caller and reads no cookie, so any origin may
 * have it; nothing that is not open belongs in here.
 */
import type { RequestHandler } from 'express';
import type { Config } from '../config.js';
import type { Identity } from '../store/identity.js';
import { writeXml, type XmlPair } from '../http/write-xml.js';

const classes = 'com.atlassian.applinks.api.auth.types.';

/** Version of application links that we speak: 5.0.5 and up fetch capabilities, 5.4 is what Confluence 9 took. */
const applinksVersion = '5.4.0';

export type ManifestConfig = Pick<Config, 'application' | 'baseUrl' | 'allowImpersonation'>;

export function manifestOf({ application, baseUrl, allowImpersonation }: ManifestConfig, identity: Identity) {
  const authenticationTypes = [
    `${classes}OAuthAuthenticationProvider`,
    `${classes}TwoLeggedOAuthAuthenticationProvider`,
    ...(allowImpersonation ? [`${classes}TwoLeggedOAuthWithImpersonationAuthenticationProvider`] : []),
  ];
  return {
    id: identity.serverId,
    name: application.name,
    typeId: 'generic',
    version: application.version,
    buildNumber: 1,
    applinksVersion,
    inboundAuthenticationTypes: authenticationTypes,
    outboundAuthenticationTypes: authenticationTypes,
    publicSignup: false,
    url: baseUrl,
  };
}

/** XML unless the path ends in `.json` or the caller prefers JSON; a peer may send no `Accept` at all. */
export function serveManifest(config: ManifestConfig, identity: Identity): RequestHandler {
  const document = manifestOf(config, identity);
  const xml = writeXml('manifest', pairsOf(document));
  return (req, res) => {
    allowAnyOrigin(req.headers.origin, res);
    res.setHeader('Cache-Control', 'no-cache');
    res.setHeader('Vary', 'Accept, Origin');
    res.setHeader('X-Content-Type-Options', 'nosniff');
    const path = req.path.toLowerCase();
    const isJson =
      path.endsWith('.json') || (!path.endsWith('.xml') && req.accepts(['xml', 'json']) === 'json');
    if (isJson) res.json(document);
    else res.type('application/xml').send(xml);
  };
}

/** The preflight of 1.1 row 3. */
export const allowManifestFrom: RequestHandler = (req, res) => {
  allowAnyOrigin(req.headers.origin, res);
  res.setHeader('Access-Control-Allow-Headers', 'Content-Type');
  res.setHeader('Access-Control-Allow-Methods', 'GET');
  res.setHeader('Vary', 'Origin');
  res.status(204).end();
};

function allowAnyOrigin(origin: string | undefined, res: Parameters<RequestHandler>[1]): void {
  if (origin === undefined) return;
  res.setHeader('Access-Control-Allow-Origin', origin);
  res.setHeader('Access-Control-Allow-Credentials', 'true');
}

function pairsOf(document: ReturnType<typeof manifestOf>): XmlPair[] {
  return Object.entries(document).flatMap(([name, value]) =>
    [value].flat().map((item): XmlPair => [name, item]),
  );
}
