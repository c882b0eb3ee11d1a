/** `Retry-After` of RFC 9110 section 10.2.3: seconds, or a date; what a server asks for is kept within bounds. */
const longestMs = 60 * 60_000;

/** Undefined when the header is missing or cannot be read. */
export function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  const value = header?.trim() ?? '';
  const atMs = /^\d+$/.test(value) ? nowMs + Number(value) * 1000 : Date.parse(value);
  return Number.isNaN(atMs) ? undefined : Math.min(longestMs, Math.max(0, atMs - nowMs));
}
