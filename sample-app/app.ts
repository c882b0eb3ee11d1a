/**
 * The whole server, put together: this is the file to copy from when you mount express-applinks in an app of your
 * own. The order matters: session, then the kit's router, then body parsers, then your routes.
 */
import { join } from 'node:path';
import ejs from 'ejs';
import express, { Router, type Express } from 'express';
import type { Logger } from 'pino';
import { requireCsrfToken, csrfToken } from './accounts/csrf.js';
import { ensureAdministrator, type FirstAdministrator } from './accounts/first-administrator.js';
import { loginRoutes } from './accounts/login.js';
import { createLoginLimit } from './accounts/login-limit.js';
import { createSession } from './accounts/session.js';
import { DatabaseSessionStore } from './accounts/session-store.js';
import { createUsers } from './accounts/users.js';
import { createCi } from './ci/ci-server.js';
import type { Config } from './config.js';
import { openDataFolder } from './data-folder.js';
import { openDatabase } from './database.js';
import { createRequestLog } from './logging.js';
import { createAddresses } from './web/addresses.js';
import { assets } from './web/assets.js';
import { browserHeaders } from './web/browser-headers.js';
import { buildActionRoutes } from './web/build-actions.js';
import { buildPages } from './web/build-pages.js';
import { identifyCaller, requirePermission } from './web/caller.js';
import { answerErrors, unknownPage } from './web/errors.js';
import { jobAdminRoutes } from './web/job-admin.js';
import { logStreamRoutes } from './web/log-stream.js';
import { createMetrics } from './web/metrics.js';
import { settingsRoutes } from './web/settings-page.js';
import { userAdminRoutes } from './web/user-admin.js';

export interface CiServer {
  app: Express;
  /** Present when it was made just now. */
  firstAdministrator: FirstAdministrator | undefined;
  /** Background work until `signal` is aborted; running builds end with it. */
  work(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

const sweepMs = 60 * 60_000;

/** @throws StartupError with a sentence that says what to do. */
export async function createApp(config: Config, logger: Logger): Promise<CiServer> {
  const folder = openDataFolder(config.dataDir);
  const database = await openDatabase(folder.file('ci.db'), config.databaseUrl);
  const addresses = createAddresses(config);
  const users = createUsers(database);
  const firstAdministrator = await ensureAdministrator(users, config);
  const ci = await createCi({
    database,
    folder,
    addresses,
    onFinished: (build) => metrics.buildFinished(build),
    onError: (error) => logger.error({ err: error }, 'Background work failed'),
  });
  const metrics = createMetrics(ci.builds, ci.queue.running);
  const sessions = new DatabaseSessionStore(database);

  const allow = (permission: Parameters<typeof requirePermission>[0]) =>
    requirePermission(permission, config);
  const parts = { config, ...ci, addresses, allow };
  const site = Router();
  site.use(createRequestLog(logger), metrics.count, browserHeaders(config), assets());
  site.get('/healthz', (_req, res) => res.json({ status: 'ok' }));
  site.get('/metrics', metrics.page);
  site.use(createSession(config, folder.secrets.session, sessions));
  site.use(loginRoutes({ config, users, limit: createLoginLimit() }));
  site.use(identifyCaller(users));
  site.use((req, res, next) => {
    res.locals.csrfToken = () => csrfToken(req);
    next();
  });
  site.use(express.urlencoded({ extended: false, limit: '512kb' }), express.json({ limit: '512kb' }));
  site.use(requireCsrfToken(config));
  site.use(buildPages(parts), buildActionRoutes(parts), logStreamRoutes(parts), jobAdminRoutes(parts));
  site.use(settingsRoutes(parts, ci.settings));
  site.use(
    userAdminRoutes({
      ...parts,
      users,
      endSessions: (id) => sessions.destroyAllOf(id),
      revokeGrants: () => Promise.resolve(),
    }),
  );
  site.use(unknownPage, answerErrors(logger));

  const app = express();
  app.disable('x-powered-by');
  app.engine('ejs', (path, data, done) => {
    ejs.renderFile(path, data, done);
  });
  app.set('view engine', 'ejs').set('views', join(import.meta.dirname, 'views'));
  Object.assign(app.locals, { href: (path: string) => `${config.basePath}${path}`, caller: undefined });
  app.use(config.basePath || '/', site);
  return {
    app,
    firstAdministrator,
    work: async (signal) => {
      const sweep = setInterval(() => void sessions.sweep().catch(() => undefined), sweepMs);
      await ci.queue.work(signal);
      clearInterval(sweep);
    },
    close: async () => {
      await database.destroy();
      folder.release();
    },
  };
}
