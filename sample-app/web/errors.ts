/** Turns every error into an answer: the sentence of an HttpError, or a plain "went wrong" whose reason is logged. */
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { STATUS_CODES } from 'node:http';
import type { Logger } from 'express-applinks';
import { HttpError, notFound } from './http-error.js';
import { prefersHtml } from './negotiation.js';

export const unknownPage: RequestHandler = (_req, _res, next) => next(notFound('page'));

export function answerErrors(logger: Pick<Logger, 'error'>): ErrorRequestHandler {
  return (error: unknown, req, res, next) => {
    if (res.headersSent) {
      next(error);
      return;
    }
    const { status, message } = describe(error);
    if (status >= 500 && !(error instanceof HttpError)) logger.error({ err: error }, 'A request failed');
    res.status(status);
    if (prefersHtml(req)) res.render('error', { title: STATUS_CODES[status] ?? 'Error', message });
    else res.json({ status, message });
  };
}

/** Express and its body parsers mark what a client got wrong with a 4xx `status`. */
function describe(error: unknown): { status: number; message: string } {
  if (error instanceof HttpError) return error;
  const { status } = error as { status?: unknown };
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return {
      status,
      message: `The request could not be read: ${(STATUS_CODES[status] ?? 'bad request').toLowerCase()}.`,
    };
  }
  return { status: 500, message: 'Something went wrong on this server; its log says what.' };
}
