import { expect } from 'chai';
import {
  childTexts,
  firstNamed,
  readXml,
} from '../../../../../plugin/testing/bitbucket/linking/xml-reader.js';

describe('XML reader of the stand-in', () => {
  it('reads elements, attributes, text, comments and references', () => {
    const root = readXml(
      `\uFEFF<?xml version="1.0" encoding="UTF-8"?>
      <!-- said <before> -->
      <a x="1" y='&lt;"'><b>one &amp; &#233;&#x20AC;</b><!-- in between --><b/><c><b>deep</b></c></a>
      <!-- and after -->`,
    );
    expect(root?.name).to.equal('a');
    expect([...(root?.attributes ?? [])]).to.deep.equal([
      ['x', '1'],
      ['y', '<"'],
    ]);
    expect(childTexts(root!, 'b')).to.deep.equal(['one & é€', '']);
    expect(firstNamed(root!, 'c')?.children[0]?.text).to.equal('deep');
    expect(firstNamed(root!, 'nothing')).to.equal(undefined);
  });

  const unreadable: Record<string, string> = {
    'nothing at all': '',
    'text only': 'manifest',
    'a DOCTYPE': '<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>',
    'an HTML page': '<!doctype html><html><body><br></body></html>',
    'an unknown entity': '<a>&nbsp;</a>',
    'a lone ampersand': '<a>R & D</a>',
    'a character beyond Unicode': '<a>&#x110000;</a>',
    'a CDATA section': '<a><![CDATA[x]]></a>',
    'a processing instruction': '<a><?php x ?></a>',
    'an element that is not closed': '<a><b></a>',
    'an end without a beginning': '</a>',
    'a document cut off': '<a><b>x</b>',
    'two roots': '<a/><b/>',
    'text after the root': '<a/>x',
    'an attribute twice': '<a x="1" x="2"/>',
    'an attribute without quotes': '<a x=1/>',
    'a comment without an end': '<a><!-- </a>',
    'deep nesting': '<a>'.repeat(20) + '</a>'.repeat(20),
    JSON: '{"id":"x"}',
  };
  for (const [name, source] of Object.entries(unreadable)) {
    it(`takes no ${name}`, () => {
      expect(readXml(source)).to.equal(undefined);
    });
  }

  it('gives up quickly on a long document that is broken', () => {
    const started = Date.now();
    expect(readXml(`<a>${'<b x="1"'.repeat(100_000)}`)).to.equal(undefined);
    expect(readXml(`<a>${'<!--'.repeat(250_000)}`)).to.equal(undefined);
    expect(Date.now() - started).to.be.below(2000);
  });
});
