/**
 * Understands a manifest that the other side served, XML or JSON by its content type (applinks-oauth1.md 1.2). What
 * the value classes of the original refuse makes the document unusable, which is the same as having none.
 */
import { isRecord, parseJson } from '../json-body.js';
import { isLinkId } from '../link-id.js';
import { childTexts, readXml } from './xml-reader.js';

export interface RemoteManifest {
  id: string | undefined;
  name: string | undefined;
  typeId: string | undefined;
  version: string | undefined;
  buildNumber: number;
  /** As sent: `n[.n[.n[.qualifier]]]`. */
  applinksVersion: string | undefined;
  inboundAuthenticationTypes: readonly string[];
  outboundAuthenticationTypes: readonly string[];
  publicSignup: boolean | undefined;
  url: string | undefined;
  iconUrl: string | undefined;
  iconUri: string | undefined;
}

/** Values by element name; every reader of a document gives this. */
type Values = (name: string) => readonly string[];

function xmlValues(body: string): Values | undefined {
  const root = readXml(body);
  // An element in a namespace is another element.
  if (root?.name !== 'manifest' || root.attributes.has('xmlns')) return undefined;
  return (name) => childTexts(root, name).filter((text) => text !== '');
}

function jsonValues(body: string): Values | undefined {
  const root = parseJson(body);
  if (!isRecord(root)) return undefined;
  return (name) =>
    [root[name]]
      .flat()
      .filter((value) => ['string', 'number', 'boolean'].includes(typeof value))
      .map(String);
}

function valuesOf(contentType: string, body: string): Values | undefined {
  if (/^(?:application|text)\/xml\b/i.test(contentType)) return xmlValues(body);
  return /^application\/json\b/i.test(contentType) ? jsonValues(body) : undefined;
}

const isOsgiVersion = (text: string): boolean => /^\d+(\.\d+(\.\d+(\.[\w-]+)?)?)?$/.test(text);

/** Undefined when there is no usable manifest in this answer. */
export function readManifest(contentType: string, body: string): RemoteManifest | undefined {
  const values = valuesOf(contentType, body);
  if (!values) return undefined;
  const one = (name: string): string | undefined => values(name)[0];
  const [id, url, applinksVersion] = [one('id'), one('url'), one('applinksVersion')];
  if (id !== undefined && !isLinkId(id)) return undefined;
  if (url !== undefined && !URL.canParse(url)) return undefined;
  if (applinksVersion !== undefined && !isOsgiVersion(applinksVersion)) return undefined;
  const signup = one('publicSignup');
  return {
    id: id?.toLowerCase(),
    name: one('name'),
    typeId: one('typeId'),
    version: one('version'),
    buildNumber: Number.parseInt(one('buildNumber') ?? '', 10) || 0,
    applinksVersion,
    inboundAuthenticationTypes: values('inboundAuthenticationTypes'),
    outboundAuthenticationTypes: values('outboundAuthenticationTypes'),
    publicSignup: signup === undefined ? undefined : signup === 'true',
    url,
    iconUrl: one('iconUrl'),
    iconUri: one('iconUri'),
  };
}
