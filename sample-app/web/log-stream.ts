/**
 * The log of a running build as server-sent events. The id of an event is the byte offset behind it, so a browser
 * that lost the connection (or whose server was restarted) goes on exactly where it stopped, by `Last-Event-ID`.
 * Streams are few and end after a while: the browser comes back, and is asked again who it is.
 */
import { Router, type Request, type Response } from 'express';
import { isOver, type Build } from '../ci/build.js';
import { HttpError } from './http-error.js';
import { buildOf } from './lookup.js';
import type { CiParts } from './parts.js';
import { completeUtf8Length } from './utf8.js';

const mostStreams = 500;
const longestStreamMs = 10 * 60_000;
const pollMs = 2000;
const chunkBytes = 64 * 1024;

export function logStreamRoutes(parts: CiParts): Router {
  const router = Router();
  let open = 0;
  router.get('/job/:name/:number/events', parts.allow('see'), async (req, res) => {
    const { build } = await buildOf(req, parts);
    if (open >= mostStreams) throw new HttpError(503, 'Too many logs are being watched: try again later.');
    open += 1;
    try {
      await stream(parts, build, startOffset(req), res);
    } finally {
      open -= 1;
    }
  });
  return router;
}

async function stream({ logs, builds }: CiParts, { id }: Build, from: number, res: Response): Promise<void> {
  const gone = new AbortController();
  res.on('close', () => gone.abort());
  const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(longestStreamMs)]);
  res.set({ 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' });
  res.flushHeaders();
  let offset = from;
  while (!signal.aborted) {
    // Status before log: the last line is written before the status changes.
    const build = await builds.get(id);
    const ended = build === undefined || isOver(build);
    const bytes = await logs.read(id, offset, chunkBytes);
    const length = completeUtf8Length(bytes) || (ended ? bytes.length : 0);
    if (length > 0) {
      offset += length;
      const text = bytes.toString('utf8', 0, length);
      await send(res, `id: ${offset}\ndata: ${JSON.stringify(text)}\n\n`, gone.signal);
    } else if (ended) {
      await send(res, `event: end\ndata: ${JSON.stringify(build?.status ?? 'deleted')}\n\n`, gone.signal);
      break;
    } else {
      await send(res, ': waiting\n\n', gone.signal);
      await logs.change(id, pollMs, signal);
    }
  }
  res.end();
}

async function send(res: Response, text: string, gone: AbortSignal): Promise<void> {
  if (gone.aborted || res.write(text)) return;
  await new Promise<void>((resolve) => {
    res.once('drain', resolve);
    gone.addEventListener('abort', () => resolve(), { once: true });
  });
}

function startOffset(req: Request): number {
  const value = req.get('last-event-id') ?? req.query.offset;
  return typeof value === 'string' && /^\d{1,12}$/.test(value) ? Number(value) : 0;
}
