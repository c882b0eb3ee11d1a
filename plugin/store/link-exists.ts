/** Of two administrators who link the same installation at once, one is told this. */
import { ApplinksError } from '../errors.js';

export function linkExists(cause?: unknown): ApplinksError {
  return new ApplinksError(
    'link_exists',
    409,
    'Another application link leads to this installation already.',
    {
      cause,
    },
  );
}
