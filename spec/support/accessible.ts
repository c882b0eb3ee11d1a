/**
 * Holds a page against axe-core's rules in every look it can have: light and dark, wide and on a phone of 360 px,
 * where nothing may hang over the edge either.
 */
import axe from 'axe-core';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const wide = { width: 1280, height: 800 };
const phone = { width: 360, height: 740 };

/** @throws Error that lists each violation with its elements, and the looks in which it was found. */
export async function expectAccessible(page: Page): Promise<void> {
  const found = new Map<string, string[]>();
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const viewport of [wide, phone]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(viewport);
      const look = `${colorScheme}, ${viewport.width} px`;
      for (const problem of [...(await violations(page)), ...(await overhang(page))]) {
        found.set(problem, [...(found.get(problem) ?? []), look]);
      }
    }
  }
  await page.emulateMedia({ colorScheme: null });
  await page.setViewportSize(wide);
  if (found.size === 0) return;
  const lines = [...found].map(([problem, looks]) => `- ${problem} (${looks.join('; ')})`);
  throw new Error(`${page.url()} is not accessible:\n${lines.join('\n')}`);
}

/** Evaluated by the debugger, so that the page's Content-Security-Policy needs no hole for axe. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const results: AxeResults = await page.evaluate('axe.run()');
  return results.violations.flatMap(({ id, help, nodes }) =>
    nodes.map(
      ({ html, failureSummary = '' }) => `${id}: ${help}: ${html} ${failureSummary.replaceAll('\n', ' ')}`,
    ),
  );
}

async function overhang(page: Page): Promise<string[]> {
  const pixels: number = await page.evaluate(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
  return pixels > 0 ? [`the page is ${pixels} px wider than the screen`] : [];
}
