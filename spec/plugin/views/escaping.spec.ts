/** SECURITY-2639: whatever a view shows is escaped. ejs escapes `<%=`; `<%-` does not, and is for includes only. */
import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '..', '..', '..', '..', 'plugin', 'views');
const views = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.ejs'),
);

describe('The views', () => {
  it('are found', () => {
    expect(views).to.include.members(['consent.ejs', 'error.ejs', join('parts', 'head.ejs')]);
  });

  for (const view of views) {
    const text = readFileSync(join(folder, view), 'utf8');

    it(`escape all output: ${view}`, () => {
      const raw = [...text.matchAll(/<%-(.*?)%>/gs)].map(([, code]) => code!.trim());
      expect(raw.filter((code) => !code.startsWith('include('))).to.deep.equal([]);
    });

    it(`put nothing into unquoted attributes, scripts or styles: ${view}`, () => {
      expect(text).not.to.match(/=\s*<%/);
      expect(text).not.to.match(/<style|\sstyle=|<script(?! src=)|\son[a-z]+=/i);
    });

    it(`lead to paths of our own only: ${view}`, () => {
      const targets = [...text.matchAll(/\s(?:href|src|action|formaction)="([^"]*)"/g)].map(([, to]) => to!);
      for (const target of targets) expect(target).to.match(/^(?:#|<%= (?:href\(|action %>))/);
    });
  }
});
