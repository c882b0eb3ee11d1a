/** The token endpoint and bearer calls behind a body parser of the host (design.md, Public API, raw bodies). */
import { expect } from 'chai';
import express from 'express';
import { startKitApp, type KitApp } from '../../support/kit-app.js';
import { listen, type Listening } from '../../support/listen.js';
import {
  encode,
  post,
  registerClient,
  type JsonAnswer,
  type TestClient,
} from '../../support/oauth2-client.js';

describe('OAuth 2.0 behind a body parser', () => {
  let app: KitApp;
  let client: TestClient;
  const servers: Listening[] = [];
  before(async () => {
    app = await startKitApp();
    client = await registerClient(app);
  });
  after(async () => {
    for (const server of servers) await server.close();
    await app.close();
  });

  const behind = async (parser: express.RequestHandler): Promise<string> => {
    const host = express();
    host.use(parser, app.applinks.router());
    host.post('/build', app.applinks.authenticate(), (req, res) => void res.json(req.body));
    const server = await listen(host);
    servers.push(server);
    return server.url;
  };
  const refresh = (url: string, changes: Record<string, string> = {}): Promise<JsonAnswer> => {
    const credentials = { client_id: client.client.clientId, client_secret: client.secret };
    const grant = { grant_type: 'refresh_token', refresh_token: 'unknown' };
    return post(`${url}/oauth2/token`, encode({ ...credentials, ...grant, ...changes }));
  };

  it('takes the body that the parser has kept, within the same bound', async () => {
    const url = await behind(express.urlencoded({ extended: false, verify: app.applinks.keepRawBody }));
    expect((await refresh(url)).json.error).to.equal('invalid_grant');
    const large = await refresh(url, { padding: 'x'.repeat(16 * 1024) });
    expect([large.status, large.json.error]).to.deep.equal([413, 'invalid_request']);
  });

  it('names the line that is missing where the parser keeps nothing', async () => {
    const answer = await refresh(await behind(express.urlencoded({ extended: false })));
    expect([answer.status, answer.json.error]).to.deep.equal([500, 'server_error']);
    expect(answer.json.error_description).to.include('verify: applinks.keepRawBody');
  });

  it('needs no kept body for a bearer token, and sees a second token all the same', async () => {
    const url = await behind(express.urlencoded({ extended: false }));
    const { access } = await client.tokens();
    const headers = { authorization: `Bearer ${access}` };
    const called = await post(`${url}/build`, 'branch=main', { headers });
    expect([called.status, called.json]).to.deep.equal([200, { branch: 'main' }]);
    const twice = await post(`${url}/build`, 'access_token=x', { headers });
    expect([twice.status, twice.json.error]).to.deep.equal([400, 'invalid_request']);
  });
});
