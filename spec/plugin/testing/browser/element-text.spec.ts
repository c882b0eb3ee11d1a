import { expect } from 'chai';
import { elementText } from '../../../../plugin/testing/browser/element-text.js';

describe('text of an element', () => {
  it('is found by id, decoded and without superfluous white space', () => {
    expect(elementText('<p>x</p><code id="secret">\n a&amp;b  c </code><p>y</p>', 'secret')).to.equal(
      'a&b c',
    );
  });

  it('includes the elements inside, also of the same name', () => {
    expect(elementText('<div id="d">a<div>b<i>c</i></div>d</div>e', 'd')).to.equal('abcd');
  });

  it('is the value of an input', () => {
    expect(elementText('<input id="key" value="ci &quot;1&quot;">after', 'key')).to.equal('ci "1"');
    expect(elementText('<input id="key">after', 'key')).to.equal('');
  });

  it('does not exist for an unknown id', () => {
    expect(elementText('<p id="a">x</p>', 'b')).to.equal(undefined);
  });

  it('ends with the page when the element is not closed', () => {
    expect(elementText('<p id="a">x', 'a')).to.equal('x');
  });
});
