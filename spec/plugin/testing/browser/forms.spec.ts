import { expect } from 'chai';
import { formsOf } from '../../../../plugin/testing/browser/forms.js';
import { decodeEntities, tagsOf } from '../../../../plugin/testing/browser/html-tags.js';

const only = (html: string) => {
  const forms = formsOf(html, 'https://h/app/page?x=1');
  expect(forms).to.have.lengthOf(1);
  return forms[0]!;
};

describe('forms of a page', () => {
  it('resolve their action against the page, which is also the default', () => {
    expect(only('<form method="post" action="../save">').action).to.equal('https://h/save');
    expect(only('<form>')).to.include({ action: 'https://h/app/page?x=1', method: 'GET' });
    expect(only('<FORM METHOD=Post ACTION=/x></FORM>')).to.include({ action: 'https://h/x', method: 'POST' });
  });

  it('collect inputs in order, entities decoded', () => {
    const form = only(
      `<form><input type="hidden" name="token" value="a&amp;b&quot;&#39;&#x41;&#66;"/><input name='q' value='x > y'><input name=bare value=1></form>`,
    );
    expect(form.fields).to.deep.equal([
      ['token', `a&b"'AB`],
      ['q', 'x > y'],
      ['bare', '1'],
    ]);
  });

  it('leave out what a browser does not send', () => {
    const form = only(
      '<form><input value="nameless"><input name="d" value="1" disabled><input type="checkbox" name="c" value="1">' +
        '<input type="radio" name="r" value="1"><input type="file" name="f"><input type="reset" name="x"></form>',
    );
    expect(form.fields).to.deep.equal([]);
  });

  it('send checked boxes, with "on" when they have no value', () => {
    const form = only(
      '<form><input type="checkbox" name="c" checked><input type="radio" name="r" value="2" checked></form>',
    );
    expect(form.fields).to.deep.equal([
      ['c', 'on'],
      ['r', '2'],
    ]);
  });

  it('read textareas and selects', () => {
    const form = only(
      `<form><textarea name="t">
a &lt; b</textarea><select name="s"><option value="1">One<option value="2" selected>Two</select>
       <select name="first"><option>A</option><option>B</option></select></form>`,
    );
    expect(form.fields).to.deep.equal([
      ['t', 'a < b'],
      ['s', '2'],
      ['first', 'A'],
    ]);
  });

  it('know their buttons: name, value, label and an action of their own', () => {
    const form = only(
      '<form><button name="allow" value="1"><b>Allow</b> access</button><button type="button">No</button>' +
        '<input type="submit" name="deny" value="Deny"><button formaction="/other">Else</button></form>',
    );
    expect(form.buttons).to.deep.equal([
      { name: 'allow', value: '1', label: 'Allow access', action: undefined },
      { name: 'deny', value: 'Deny', label: 'Deny', action: undefined },
      { name: '', value: '', label: 'Else', action: 'https://h/other' },
    ]);
    expect(form.fields).to.deep.equal([]);
  });

  it('keep to themselves: fields outside and between belong to none', () => {
    const forms = formsOf(
      '<input name="o"><form><input name="a"></form><input name="p"><form><input name="b"></form>',
      'https://h/',
    );
    expect(forms.map(({ fields }) => fields)).to.deep.equal([[['a', '']], [['b', '']]]);
  });

  it('are not found in comments and scripts', () => {
    expect(
      formsOf('<!-- <form> --><script>"<form>"</script><style><form></style>', 'https://h/'),
    ).to.deep.equal([]);
  });
});

describe('tags of a page', () => {
  it('come with attributes and the text behind them', () => {
    expect(
      tagsOf('<p class="a b" hidden>x &amp; y</p>z').map((tag) => [tag.name, [...tag.attributes], tag.text]),
    ).to.deep.equal([
      [
        'p',
        [
          ['class', 'a b'],
          ['hidden', ''],
        ],
        'x & y',
      ],
      ['/p', [], 'z'],
    ]);
  });

  it('leave unknown entities and impossible code points alone', () => {
    expect(decodeEntities('&bogus; &#x110000; &nbsp;')).to.equal('&bogus; &#x110000; \u00a0');
  });
});
