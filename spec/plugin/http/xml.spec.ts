import { expect } from 'chai';
import fc from 'fast-check';
import { ApplinksError } from '../../../plugin/errors.js';
import { findElement, readXml, type XmlElement } from '../../../plugin/http/xml.js';

const read = (text: string): XmlElement => readXml(Buffer.from(text));

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).to.be.instanceOf(ApplinksError).and.to.include({ code: 'invalid_input', status: 400 });
    return (error as ApplinksError).message;
  }
  throw new Error('it was accepted');
}

const refused = (text: string | Uint8Array): string =>
  refusal(() => readXml(typeof text === 'string' ? Buffer.from(text) : text));

describe('The XML reader', () => {
  it('gives a tree of names, attributes, text and children', () => {
    const root = read('<a x="1" y="&lt;"> t<b/>u <b z=\'\'>v</b></a>');
    expect(root.name).to.equal('a');
    expect([...root.attributes]).to.deep.equal([
      ['x', '1'],
      ['y', '<'],
    ]);
    expect(root.text).to.equal(' tu ');
    expect(root.children.map(({ name, text }) => [name, text])).to.deep.equal([
      ['b', ''],
      ['b', 'v'],
    ]);
  });

  it("reads XML's own entities, character references and CDATA", () => {
    expect(read('<a>&lt;&gt;&amp;&quot;&apos;&#65;&#x42;<![CDATA[<b>&c;]]></a>').text).to.equal(
      '<>&"\'AB<b>&c;',
    );
  });

  it('skips comments and processing instructions', () => {
    expect(read('<?xml-stylesheet href="x"?><!-- a --><a>b<!-- c --><?d e?>f</a>').text).to.equal('bf');
  });

  it('takes UTF-8 with and without byte order mark and declaration', () => {
    for (const start of ['', '\ufeff', '<?xml version="1.0"?>', '<?xml version="1.0" encoding="utf-8"?>\n']) {
      expect(read(`${start}<a>é€😀</a>`).text).to.equal('é€😀');
    }
  });

  it('takes another declared encoding only where it means the same bytes', () => {
    expect(read('<?xml version="1.0" encoding="ISO-8859-1"?><a>b</a>').text).to.equal('b');
    expect(refused('<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>')).to.match(/UTF-8/);
    expect(refused('<?xml version="1.0" encoding="UTF-16"?><a>b</a>')).to.match(/UTF-8/);
    expect(refused('<?xml version="1.0" encoding="UTF-7"?><a>+ADw-</a>')).to.match(/UTF-8/);
  });

  it('refuses bytes that are no UTF-8, whatever is declared', () => {
    expect(refused(Buffer.from('<a>é</a>', 'latin1'))).to.match(/UTF-8/);
    expect(refused(Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>', 'latin1'))).to.match(
      /UTF-8/,
    );
    expect(refused(Buffer.from('\ufeff<a>b</a>', 'utf16le'))).to.match(/UTF-8/);
  });

  it('refuses every DOCTYPE', () => {
    for (const doctype of [
      '<!DOCTYPE a>',
      '<!DOCTYPE a SYSTEM "http://evil.test/a.dtd">',
      '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
      '<!DOCTYPE a [<!ENTITY x "y"><!ENTITY z "&x;&x;&x;">]>',
    ]) {
      expect(refused(`${doctype}<a>b</a>`)).to.match(/DOCTYPE/);
    }
  });

  it('refuses entities that it does not know', () => {
    expect(refused('<a>&x;</a>')).to.match(/not well-formed/);
    expect(refused('<a b="&nbsp;"/>')).to.match(/not well-formed/);
  });

  for (const [what, text] of Object.entries({
    nothing: '',
    'white space': ' \n',
    'plain text': 'hello',
    JSON: '{"a":1}',
    'a cut document': '<a><b>c</b>',
    'a cut tag': '<a><b',
    'crossing tags': '<a><b></a></b>',
    'two roots': '<a/><b/>',
    'text behind the root': '<a/>b',
    HTML: '<!doctype html><html><br></html>',
    'HTML without doctype': '<html><body><br></body></html>',
    'attributes without quotes': '<a b=c/>',
    'an attribute twice': '<a b="1" b="2"/>',
    'a bare ampersand': '<a>b & c</a>',
    'a control character': '<a>\u0001</a>',
    'a reference to a control character': '<a>&#0;</a>',
    'XML 1.1': '<?xml version="1.1"?><a>b</a>',
  })) {
    it(`refuses ${what}`, () => {
      expect(refused(text)).to.match(/^The XML document .*\.$/);
    });
  }

  it('takes 16 levels and refuses 17, and many more without falling over', () => {
    const nested = (depth: number): string => '<a>'.repeat(depth) + '</a>'.repeat(depth);
    expect(read(nested(16)).name).to.equal('a');
    for (const depth of [17, 100_000]) expect(refused(nested(depth))).to.match(/more than 16 levels/);
    expect(refused('<a>'.repeat(1_000_000))).to.match(/more than 16 levels/);
  });

  it('takes 1000 elements and refuses 1001', () => {
    expect(read(`<a>${'<b/>'.repeat(999)}</a>`).children).to.have.length(999);
    expect(refused(`<a>${'<b/>'.repeat(1000)}</a>`)).to.match(/more than 1000 elements/);
  });

  it('keeps names that are special in JavaScript apart from its own', () => {
    const root = read('<__proto__ __proto__="x" constructor="y"><constructor>z</constructor></__proto__>');
    expect([...root.attributes.keys()]).to.deep.equal(['__proto__', 'constructor']);
    expect(findElement(root, 'constructor')?.text).to.equal('z');
  });

  it('finds the first element of a name in document order, and no prefixed one', () => {
    const root = read('<a xmlns:p="q"><p:key>0</p:key><b><key>1</key></b><key>2</key></a>');
    expect(findElement(root, 'key')?.text).to.equal('1');
    expect(findElement(root, 'a')).to.equal(root);
    expect(findElement(root, 'nothing')).to.equal(undefined);
  });

  it('throws nothing but its own refusals, whatever the bytes are', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .string({
          unit: fc.constantFrom('<', '>', 'a', '/', '&', ';', '"', '=', ' ', '!', '-', '[', ']', '?'),
        })
        .map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(bytes, (input) => {
        try {
          readXml(input);
        } catch (error) {
          expect(error).to.be.instanceOf(ApplinksError).with.property('code', 'invalid_input');
        }
      }),
    );
  });
});
