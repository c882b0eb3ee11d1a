/** Reads what specs look for on the pages of links. */
import { expect } from 'chai';
import type { Page } from 'express-applinks/testing';

/** Text of the element with this id, as the copy button takes it. */
export function valueOf(page: Page, id: string): string {
  const value = new RegExp(`<code id="${id}">([^<]*)</code>`).exec(page.text)?.[1];
  if (value === undefined) throw new Error(`${page.url} (${page.status}) shows no ${id}`);
  return value;
}

/** The complaint that stands at a field; empty without one. The field must refer to it. */
export function problemAt(page: Page, field: string): string {
  const said = new RegExp(`<p class="problem" id="${field}-problem">([^<]*)</p>`).exec(page.text)?.[1];
  if (said === undefined) return '';
  expect(page.text).to.match(new RegExp(`aria-describedby="[^"]*\\b${field}-problem"`));
  return said;
}
