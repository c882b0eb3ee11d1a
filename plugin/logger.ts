/** What the kit asks of a logger; pino, console and winston all fit. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const ignore = (): void => undefined;

/** Default: a library does not write to the console of its host. */
export const quietLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
