/** The OpenAPI document says what the routes are, and what they take. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { browserOf } from '../../support/consent.js';
import { startKitApp, type KitApp } from '../../support/kit-app.js';
import { send } from '../../support/test-consumer.js';

interface Document {
  openapi: string;
  servers: { url: string }[];
  paths: Record<
    string,
    Record<
      string,
      {
        parameters?: { name: string }[];
        responses: Record<string, unknown>;
        requestBody?: { content: Record<string, { schema: { properties?: object } }> };
      }
    >
  >;
}

describe('The OpenAPI document', () => {
  let app: KitApp;
  let document: Document;
  before(async () => {
    app = await startKitApp({ mount: 'path' });
    const browser = await browserOf(app.baseUrl, 'ana');
    const cookie = browser.cookies.header(new URL(app.baseUrl));
    const answer = await send(`${app.baseUrl}/applinks/rest/openapi.json`, { headers: { cookie } });
    expect(answer.status).to.equal(200);
    document = JSON.parse(answer.text) as Document;
  });
  after(() => app.close());

  it('is of version 3.1, for the address of this application', () => {
    expect(document.openapi).to.equal('3.1.0');
    expect(document.servers).to.deep.equal([{ url: app.baseUrl }]);
  });

  it('names every route of the table, and no other', () => {
    const source = readFileSync(join(import.meta.dirname, '../../../../plugin/admin/rest.ts'), 'utf8');
    const routes = [...source.matchAll(/route\(\s*'([^']+)'/g)]
      .map(([, path]) => path!.replace(/:(\w+)/g, '{$1}'))
      .filter((path) => !path.endsWith('openapi.json'));
    expect(Object.keys(document.paths).sort()).to.deep.equal(routes.sort());
  });

  it('has a method where the route has one: others are answered 405', async () => {
    const browser = await browserOf(app.baseUrl, 'admin');
    const cookie = browser.cookies.header(new URL(app.baseUrl));
    const headers = { cookie, origin: new URL(app.baseUrl).origin, 'content-type': 'application/json' };
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const method of ['get', 'post', 'put', 'delete']) {
        const url = app.baseUrl + path.replace(/\{\w+\}/g, 'none');
        const body = method === 'get' ? {} : { body: '[]' };
        const { status } = await send(url, { method: method.toUpperCase(), headers, ...body });
        expect(status === 405, `${method} ${path} was answered ${status}`).to.equal(!(method in operations));
      }
    }
  });

  it('describes what may be sent by the schemas that check it', () => {
    const schema =
      document.paths['/applinks/rest/links']!.post!.requestBody!.content['application/json']!.schema;
    expect(schema.properties).to.include.keys('name', 'type', 'displayUrl', 'rpcUrl', 'credential');
  });

  it('names what is refused: what is not there, and what somebody else has changed', async () => {
    const { get, put } = document.paths['/applinks/rest/links/{id}']!;
    expect(get!.responses).to.include.keys('404').and.not.include.keys('409');
    expect(put!.responses).to.include.keys('404', '409');
    expect(document.paths['/applinks/rest/links']!.get!.responses).not.to.include.keys('404');
    const cookie = (await browserOf(app.baseUrl, 'admin')).cookies.header(new URL(app.baseUrl));
    expect((await send(`${app.baseUrl}/applinks/rest/links/none`, { headers: { cookie } })).status).to.equal(
      404,
    );
  });

  it('names what may stand in a query', () => {
    const { parameters } = document.paths['/applinks/rest/admin/tokens']!.get!;
    expect(parameters!.map(({ name }) => name)).to.have.members([
      'userId',
      'linkId',
      'credentialId',
      'limit',
      'offset',
    ]);
  });
});
