/**
 * Reads the body of an answer up to a cap. The announced length is believed only when it is too large; what really
 * arrives is counted, so that an endless body costs no more memory than the cap.
 */
import { PeerUnreachable } from '../errors.js';

interface Answer {
  headers: Headers;
  body: AsyncIterable<Uint8Array> | null;
}

/** @throws PeerUnreachable `too_large`; leaving the loop ends the stream. */
export async function readCapped(url: URL, { headers, body }: Answer, maxBytes: number): Promise<Buffer> {
  const tooLarge = (): PeerUnreachable =>
    new PeerUnreachable(
      'too_large',
      `${url.origin} answered with more than ${maxBytes} bytes. Check whether the address leads to the application itself.`,
    );
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > maxBytes || Number(headers.get('content-length') ?? 0) > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}
