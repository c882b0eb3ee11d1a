import { expect } from 'chai';
import fc from 'fast-check';
import { ApplinksError } from '../../../plugin/errors.js';
import { readXml, type XmlElement } from '../../../plugin/http/xml.js';
import { writeXml } from '../../../plugin/http/write-xml.js';

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

describe('The XML writer', () => {
  it('writes a flat document, leaving out what is undefined', () => {
    expect(
      writeXml('manifest', [
        ['id', 'x'],
        ['iconUrl', undefined],
        ['buildNumber', 1],
        ['publicSignup', false],
        ['types', 'a'],
        ['types', 'b'],
      ]),
    ).to.equal(
      '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' +
        '<manifest><id>x</id><buildNumber>1</buildNumber><publicSignup>false</publicSignup>' +
        '<types>a</types><types>b</types></manifest>\n',
    );
  });

  it('writes elements within elements', () => {
    expect(writeXml('a', [['b', [['c', 'd']]]])).to.match(/\n<a><b><c>d<\/c><\/b><\/a>\n$/);
  });

  it('keeps markup text', () => {
    const text = '</a><script>&amp;"\'\r\n]]>';
    expect(writeXml('a', [['b', text]])).to.not.include('<script>');
    expect(read(writeXml('a', [['b', text]])).children[0]?.text).to.equal(text);
  });

  for (const text of ['\u0000', 'a\u0008', '\u001b[31m', '\ufffe', '\uffff', '\ud800', 'x\udfff']) {
    it(`refuses ${JSON.stringify(text)} without repeating it`, () => {
      const message = refusal(() => writeXml('a', [['name', text]]));
      expect(message)
        .to.match(/^name holds a character/)
        .and.not.to.include(text);
    });
  }

  for (const name of ['', 'a b', 'a:b', '1a', 'a>', '<a', 'a"']) {
    it(`refuses ${JSON.stringify(name)} as the name of an element`, () => {
      refusal(() => writeXml('a', [[name, 'b']]));
      refusal(() => writeXml(name, []));
    });
  }

  it('is read back as it was written, or refuses', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        let written;
        try {
          written = writeXml('a', [['b', text]]);
        } catch (error) {
          expect(error).to.be.instanceOf(ApplinksError);
          return;
        }
        expect(read(written).children[0]?.text).to.equal(text);
      }),
    );
  });
});
