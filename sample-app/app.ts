/**
 * The whole server, put together: the file to read, and to copy from, when you mount express-applinks in an app of
 * your own. What matters is the order: session, the kit's router, who is calling, body parsers, CSRF, your routes.
 */
import { join } from 'node:path';
import ejs from 'ejs';
import express, { Router, type Express } from 'express';
import { createApplinks, postgresStore, sqliteStore, type Applinks } from 'express-applinks';
import type { Logger } from 'pino';
import { requireCsrfToken } from './accounts/csrf.js';
import { ensureAdministrator, type FirstAdministrator } from './accounts/first-administrator.js';
import { createHost } from './accounts/host.js';
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
import { identifyCaller, requirePermission } from './web/caller.js';
import { ciRoutes } from './web/ci-routes.js';
import { answerErrors, unknownPage } from './web/errors.js';
import { createMetrics } from './web/metrics.js';
import { settingsRoutes } from './web/settings-page.js';
import { userAdminRoutes } from './web/user-admin.js';

export interface CiServer {
  app: Express;
  /** For what only code does: links that a deployment brings along, listeners for an audit. */
  applinks: Applinks;
  /** Present when it was made just now. */
  firstAdministrator: FirstAdministrator | undefined;
  /** Background work until `signal` is aborted; running builds end with it. */
  work(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** @throws StartupError with a sentence that says what to do. */
export async function createApp(config: Config, logger: Logger): Promise<CiServer> {
  const folder = openDataFolder(config.dataDir);
  const sqliteFile = folder.file('ci.db');
  const database = await openDatabase(sqliteFile, config.databaseUrl);
  const users = createUsers(database);
  const sessions = new DatabaseSessionStore(database);
  const firstAdministrator = await ensureAdministrator(users, config);

  const applinks = createApplinks({
    baseUrl: config.baseUrl,
    application: { name: 'Sample CI', version: '1.0.0' },
    store: config.databaseUrl === undefined ? sqliteStore(sqliteFile) : postgresStore(config.databaseUrl),
    keys: { encryption: folder.secrets.encryption },
    host: createHost(users, config),
    scopes: { read: 'See jobs, builds and logs', build: 'Start and stop builds' },
    // Jenkins's addresses besides Atlassian's: a Bitbucket that was set up for Jenkins only needs another host.
    paths: {
      requestToken: ['/bitbucket/oauth/request-token'],
      authorize: ['/bbs-oauth/authorize'],
      accessToken: ['/bitbucket/oauth/access-token'],
    },
    // Off for each link until an administrator switches it on there.
    allowImpersonation: true,
    // A server on this machine's own address is for development, and so are its peers.
    network: { allowInsecureLoopback: config.isLoopback },
    logger,
  });
  await applinks.ready();

  const addresses = createAddresses(config);
  const onError = (error: unknown): void => logger.error({ err: error }, 'Background work failed');
  const ci = await createCi({
    database,
    folder,
    addresses,
    onFinished: (build) => metrics.buildFinished(build),
    onError,
  });
  const metrics = createMetrics(ci.builds, ci.queue.running);
  const parts = { config, ...ci, addresses, allow: requirePermission(config) };

  const site = Router();
  site.use(createRequestLog(logger), metrics.count, browserHeaders(config), assets());
  site.get('/healthz', (_req, res) => res.json({ status: 'ok' }));
  site.get('/metrics', metrics.page);
  site.use(createSession(config, folder.secrets.session, sessions));
  site.use(applinks.router());
  site.use(identifyCaller(applinks, users));
  site.use(express.urlencoded({ extended: false, limit: '512kb' }), express.json({ limit: '512kb' }));
  site.use(loginRoutes({ config, users, limit: createLoginLimit() }));
  site.use(requireCsrfToken(config));
  site.use(ciRoutes(parts), settingsRoutes(parts, ci.settings));
  site.use(
    userAdminRoutes({
      ...parts,
      users,
      endSessions: (userId) => sessions.destroyAllOf(userId),
      revokeGrants: async (userId) => {
        await applinks.tokens.revoke({ userId });
        await applinks.accounts.disconnect({ userId });
      },
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
  // Metadata of OAuth 2.0 is asked for below the root of the host, whatever our own path.
  app.use(applinks.wellKnownRouter());
  app.use(config.basePath || '/', site);
  return {
    app,
    applinks,
    firstAdministrator,
    work: async (signal) => {
      await Promise.all([
        ci.queue.work(signal),
        sessions.sweepUntil(signal, onError),
        applinks.run({ signal }),
      ]);
    },
    close: async () => {
      await applinks.close();
      await database.destroy();
      folder.release();
    },
  };
}
