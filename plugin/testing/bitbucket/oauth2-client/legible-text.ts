/** Which text of the other side reaches an administrator (oauth2.md 1.4): one illegal character drops the whole value. */
export const legibleText = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[ !#-[\]-~]+$/.test(value) ? value : undefined;
