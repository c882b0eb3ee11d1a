/**
 * A host application for specs: three accounts, a login form and a session of its own kind. It is as small as a host
 * can be, so that specs fail for the kit's reasons only.
 */
import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import type { Host, HostUser } from 'express-applinks';

export interface TestUser extends HostUser {
  mayBuild: boolean;
  isAdmin: boolean;
}

/** What `verifyPassword` takes. */
export const passwordOf = (name: string): string => `pw.${name}.4711`;

/** Accounts and sessions; keep it to restart the application with the same people logged in. */
export class TestHost implements Host {
  readonly users = new Map<string, TestUser>();
  readonly sessions = new Map<string, string>();

  constructor(private readonly publicPath: string) {
    this.addUser({ name: 'admin', isAdmin: true, mayBuild: true });
    this.addUser({ name: 'ana', isAdmin: false, mayBuild: true });
    this.addUser({ name: 'rob', isAdmin: false, mayBuild: false });
  }

  addUser(user: Pick<TestUser, 'name' | 'isAdmin' | 'mayBuild'>): TestUser {
    const added = { id: `id-${user.name}`, displayName: `${user.name} A`, ...user };
    this.users.set(added.id, added);
    return added;
  }

  user(req: Request): TestUser | null {
    const session = /(?:^|; )test_session=([^;]+)/.exec(req.headers.cookie ?? '')?.[1];
    return this.findUser(this.sessions.get(session ?? '') ?? '');
  }

  findUser(id: string): TestUser | null {
    return this.users.get(id) ?? null;
  }

  findUserByName(name: string): TestUser | null {
    return this.findUser(`id-${name}`);
  }

  verifyPassword(name: string, password: string): TestUser | null {
    return password === passwordOf(name) ? this.findUserByName(name) : null;
  }

  isAdmin({ id }: HostUser): boolean {
    return this.users.get(id)?.isAdmin ?? false;
  }

  login: Host['login'] = (_req, res, { returnTo, switchAccount }) => {
    const query = new URLSearchParams({ returnTo, ...(switchAccount ? { switch: '1' } : {}) });
    res.redirect(302, `${this.publicPath}/login?${query.toString()}`);
  };

  /** `GET /login?user=ana&returnTo=/…` logs in: specs have no use for a password. */
  readonly loginRoute: RequestHandler = (req, res) => {
    const { user, returnTo } = req.query;
    if (typeof user !== 'string') {
      res.type('html').send('<h1>Log in</h1>');
      return;
    }
    const session = randomUUID();
    this.sessions.set(session, `id-${user}`);
    res.setHeader('Set-Cookie', `test_session=${session}; Path=/; HttpOnly; SameSite=Lax`);
    res.redirect(302, typeof returnTo === 'string' ? returnTo : `${this.publicPath}/`);
  };
}
