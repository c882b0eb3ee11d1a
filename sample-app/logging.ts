/**
 * The server's log. A request is logged by method and path only: a query may carry `oauth_token` and
 * `oauth_verifier`, and headers carry credentials. What slips into a field by mistake is masked by name.
 */
import pino, { type DestinationStream, type Logger } from 'pino';
import { pinoHttp, type HttpLogger } from 'pino-http';
import type { Config } from './config.js';

const secretFields = [
  'authorization',
  'cookie',
  'password',
  'oauth_token',
  'oauth_verifier',
  'oauth_signature',
];

export function createLogger(
  { logLevel }: Pick<Config, 'logLevel'>,
  destination?: DestinationStream,
): Logger {
  const paths = secretFields.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);
  return pino({ level: logLevel, redact: { paths, censor: '[masked]' } }, destination);
}

export function createRequestLog(logger: Logger): HttpLogger {
  return pinoHttp({
    logger,
    serializers: {
      req: (req: { method: string; url: string }) => ({ method: req.method, path: req.url.split('?', 1)[0] }),
      res: (res: { statusCode: number }) => ({ status: res.statusCode }),
    },
    customLogLevel: (_req, res, error) => (error !== undefined || res.statusCode >= 500 ? 'error' : 'debug'),
  });
}
