/** What went wrong, for an administrator to read: one short line. */
const most = 500;

export const sentence = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error))
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, most);
