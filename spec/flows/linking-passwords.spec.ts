/** Passwords of our administrators on the linking resources: over https only, limited, and only if the host has them. */
import { expect } from 'chai';
import { basic } from '../support/consent.js';
import { startKitApp, type KitApp } from '../support/kit-app.js';
import { passwordOf } from '../support/kit-host.js';
import { send } from '../support/test-consumer.js';

const path = '/rest/applinks/1.0/authenticationinfo';

describe('A password on the linking resources', () => {
  let app: KitApp;
  afterEach(() => app.close());
  const ask = (base: string, name: string, password: string) =>
    send(base + path, { headers: basic(name, password) });

  it('is refused over plain http, right or wrong, outside of loopback', async () => {
    app = await startKitApp();
    const { baseUrl } = app;
    await app.close();
    app = await startKitApp({
      options: { baseUrl: 'http://ci.example.test' },
      port: Number(new URL(baseUrl).port),
    });
    const answer = await ask(baseUrl, 'admin', passwordOf('admin'));
    expect(answer.status).to.equal(403);
    expect(answer.text).to.include('https only');
  });

  it('that is wrong is heard of, without name and password', async () => {
    app = await startKitApp();
    const heard: unknown[] = [];
    app.applinks.on('request.rejected', (event) => heard.push(event));
    expect((await ask(app.baseUrl, 'admin', 'wrong-guess-xyz')).status).to.equal(401);
    expect(heard).to.have.length(1);
    expect(heard[0]).to.include({ endpoint: 'authentication-info', problem: 'login_required' });
    expect(JSON.stringify(heard)).not.to.match(/wrong-guess|YWRtaW4/);
  });

  it('is limited: after thirty wrong ones even the right one has to wait', async () => {
    app = await startKitApp({ limitFailures: true });
    for (let time = 0; time < 30; time += 1)
      expect((await ask(app.baseUrl, 'admin', `wrong-${time}-xyz`)).status).to.equal(401);
    const refused = await ask(app.baseUrl, 'admin', passwordOf('admin'));
    expect(refused.status).to.equal(429);
    expect(Number(refused.headers.get('retry-after'))).to.be.within(1, 60);
  });

  it('is limited also when all tries come at the same moment', async () => {
    app = await startKitApp({ limitFailures: true });
    const verify = app.host.verifyPassword.bind(app.host);
    const slowly = async (name: string, password: string) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return verify(name, password);
    };
    Object.assign(app.host, { verifyPassword: slowly });
    const tries = Array.from({ length: 60 }, (_, time) => ask(app.baseUrl, 'admin', `wrong-${time}-xyz`));
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).to.have.length(30);
    expect(statuses.filter((status) => status === 429)).to.have.length(30);
  });

  it('counts for nobody when the host has no verifyPassword', async () => {
    app = await startKitApp();
    Object.assign(app.host, { verifyPassword: undefined });
    expect((await ask(app.baseUrl, 'admin', passwordOf('admin'))).status).to.equal(401);
  });

  it('that is no Basic at all is none', async () => {
    app = await startKitApp();
    for (const authorization of [
      'Basic',
      'Basic !!!',
      'Basic YWRtaW4=',
      'Bearer x',
      `Basic ${Buffer.from('ad\0min:x').toString('base64')}`,
      `Basic ${'A'.repeat(5000)}`,
    ])
      expect(
        (await send(app.baseUrl + path, { headers: { authorization } })).status,
        authorization.slice(0, 20),
      ).to.equal(401);
  });
});
