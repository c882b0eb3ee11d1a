/**
 * Texts for `error_description` and for the values of a challenge (RFC 6749 section 5.2, RFC 6750 section 3). A peer of
 * Atlassian drops the whole text when one character is outside of the set, and it is all that its administrator sees
 * (oauth2.md 1.4, 1.6); within a header a quote would end the value.
 */

/** Printable ASCII without `"` and `\`. */
export function asciiDescription(text: string): string {
  return text
    .replaceAll('"', "'")
    .replaceAll('\\', '/')
    .replace(/[^\x20-\x7e]/gu, '?');
}
