import { expect } from 'chai';
import { parseConsumerInfo } from '../../../../../plugin/testing/bitbucket/linking/remote-consumer-info.js';
import { consumerInfoXml, pkcs1Base64, publicKeyBase64 } from './scripted-remote.js';

const type = 'application/xml;charset=UTF-8';
const consumer = {
  key: 'ci:4711',
  name: 'Our CI',
  publicKey: publicKeyBase64,
  description: undefined,
  callback: undefined,
};

describe('consumer-info of the other side (applinks-oauth1.md part 4)', () => {
  for (const accepted of [type, 'APPLICATION/XML', undefined]) {
    it(`is read with the content type ${accepted ?? '(none)'}`, () => {
      expect(parseConsumerInfo(accepted, consumerInfoXml())).to.deep.equal(consumer);
    });
  }

  for (const refused of ['text/xml', 'application/json', 'text/html', ' application/xml']) {
    it(`is refused with the content type "${refused}"`, () => {
      expect(parseConsumerInfo(refused, consumerInfoXml())).to.include('application/xml');
    });
  }

  it('finds the elements anywhere and takes the first of each', () => {
    const body = `<x xmlns="urn:any"><y><name>Our CI</name></y><publicKey>${publicKeyBase64}</publicKey><key>ci:4711</key><key>other</key></x>`;
    expect(parseConsumerInfo(type, body)).to.deep.equal(consumer);
  });

  it('takes a PEM public key', () => {
    const lines = publicKeyBase64.match(/.{1,64}/g)?.join('\n') ?? '';
    const pem = `-----BEGIN PUBLIC KEY-----\n${lines}\n-----END PUBLIC KEY-----\n`;
    expect(parseConsumerInfo(type, consumerInfoXml('ci:4711', pem))).to.deep.equal(consumer);
  });

  it('keeps description and callback', () => {
    const more = '<description>At h</description><callback>https://h/cb?x=1</callback></consumer>';
    const body = consumerInfoXml().replace('</consumer>', more);
    expect(parseConsumerInfo(type, body)).to.deep.include({
      description: 'At h',
      callback: 'https://h/cb?x=1',
    });
  });

  const faulty: Record<string, [body: string, says: string]> = {
    'a DOCTYPE': [`<!DOCTYPE consumer>${consumerInfoXml()}`, 'not a readable XML'],
    'prefixed names': [
      consumerInfoXml().replaceAll('<key>', '<c:key>').replaceAll('</key>', '</c:key>'),
      'lacks key',
    ],
    'no key': [consumerInfoXml(''), 'lacks key'],
    'no public key': [consumerInfoXml('k', ''), 'lacks key'],
    'a PKCS#1 key': [consumerInfoXml('k', pkcs1Base64), 'SubjectPublicKeyInfo'],
    'garbage for a key': [consumerInfoXml('k', 'AAAA'), 'SubjectPublicKeyInfo'],
    'a callback that is no URI': [
      consumerInfoXml().replace('</consumer>', '<callback>not a uri</callback></consumer>'),
      'callback',
    ],
  };
  for (const [name, [body, says]] of Object.entries(faulty)) {
    it(`is refused with ${name}`, () => {
      expect(parseConsumerInfo(type, body)).to.be.a('string').that.includes(says);
    });
  }
});
