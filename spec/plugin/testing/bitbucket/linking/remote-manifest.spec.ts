import { expect } from 'chai';
import { readManifest } from '../../../../../plugin/testing/bitbucket/linking/remote-manifest.js';
import { authPackage, manifestXml, remoteId } from './scripted-remote.js';

const url = 'https://ci.example.test';
const type = 'application/xml;charset=UTF-8';
const oauth = [
  `${authPackage}OAuthAuthenticationProvider`,
  `${authPackage}TwoLeggedOAuthAuthenticationProvider`,
];

describe('manifest of the other side (applinks-oauth1.md 1.2)', () => {
  const whole = {
    id: remoteId,
    name: 'Our CI',
    typeId: 'generic',
    version: '1.0.0',
    buildNumber: 1,
    applinksVersion: '5.4.0',
    inboundAuthenticationTypes: oauth,
    outboundAuthenticationTypes: oauth,
    publicSignup: false,
    url,
    iconUrl: undefined,
    iconUri: `${url}/icon.png`,
  };

  it('is read from XML, unknown elements ignored', () => {
    const body = manifestXml(url, { publicSignup: 'false', iconUri: `${url}/icon.png`, extra: 'x' });
    expect(readManifest(type, body)).to.deep.equal(whole);
    expect(readManifest('text/xml', body)).to.deep.equal(whole);
  });

  it('is read from JSON, a single type with or without an array', () => {
    expect(readManifest('application/json', JSON.stringify(whole))).to.deep.equal(whole);
    const [one] = oauth;
    const scalar = JSON.stringify({ ...whole, inboundAuthenticationTypes: one });
    expect(readManifest('application/json', scalar)?.inboundAuthenticationTypes).to.deep.equal([one]);
  });

  it('may leave everything out', () => {
    expect(readManifest(type, '<manifest/>')).to.deep.include({
      id: undefined,
      typeId: undefined,
      buildNumber: 0,
      publicSignup: undefined,
      inboundAuthenticationTypes: [],
    });
  });

  const unusable: [string, string, string][] = [
    ['an id that is no UUID', type, manifestXml(url, { id: 'our-ci' })],
    [
      'a version of application links that is none',
      type,
      manifestXml(url, { applinksVersion: '5.4.0-SNAPSHOT' }),
    ],
    ['a URL that is not absolute', type, manifestXml(url, { url: '/ci' })],
    ['a namespace', type, manifestXml(url).replace('<manifest>', '<manifest xmlns="urn:x">')],
    ['another root', type, manifestXml(url).replaceAll('manifest>', 'application>')],
    ['HTML', 'text/html', manifestXml(url)],
    ['no content type', '', manifestXml(url)],
    ['XML called JSON', 'application/json', manifestXml(url)],
    ['a JSON array', 'application/json', '[]'],
  ];
  for (const [name, contentType, body] of unusable) {
    it(`is none with ${name}`, () => {
      expect(readManifest(contentType, body)).to.equal(undefined);
    });
  }

  it('overlooks the element names that the Jenkins plugin tried', () => {
    const body = manifestXml(url).replaceAll('inboundAuthenticationTypes', 'incomingAuthenticationType');
    expect(readManifest(type, body)?.inboundAuthenticationTypes).to.deep.equal([]);
  });
});
