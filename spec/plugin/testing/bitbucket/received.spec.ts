import { expect } from 'chai';
import { bitbucketStandIn, type BitbucketStandIn } from '../../../../plugin/testing/index.js';
import { ask } from './provider/calling-app.js';

const manifestPath = '/rest/applinks/1.0/manifest';

describe('what the stand-in was asked', () => {
  let standIn: BitbucketStandIn;
  beforeEach(async () => {
    standIn = bitbucketStandIn({ contextPath: '/bitbucket' });
    await standIn.start();
  });
  afterEach(() => standIn.stop());

  it('is recorded with method, path below the context path, query, headers and body', async () => {
    await ask('PUT', `${standIn.urls[1]}${manifestPath}?a=%20b`, { 'X-Test': 'yes' }, '{"a":1}');
    const received = standIn.received.at(-1)!;
    expect(received).to.include({ method: 'PUT', path: manifestPath, query: 'a=%20b', body: '{"a":1}' });
    expect(received.host).to.equal(new URL(standIn.urls[1]).host);
    expect(received.headers['x-test']).to.equal('yes');
  });

  it('is recorded when it was answered wrongly', async () => {
    standIn.faults.answer(manifestPath, { drop: true });
    await ask('GET', standIn.url + manifestPath).catch(() => undefined);
    expect(standIn.received.at(-1)).to.include({ path: manifestPath });
  });

  it('keeps signatures, and hides passwords and cookies', async () => {
    const oauth = 'OAuth oauth_consumer_key="k"';
    const basic = `Basic ${Buffer.from('admin:sysadmin').toString('base64')}`;
    const form = 'j_username=ana&j_password=ana-secret&x=1';
    const json = '{"username":"ana","password":"ana-\\"secret","x":1}';
    await ask('POST', `${standIn.url}/login?al_password=sysadmin&b=1`, { Authorization: oauth }, form);
    await ask('POST', `${standIn.url}/login`, { Authorization: basic, Cookie: 'a=b' }, json);
    const [signed, named] = standIn.received.slice(-2);
    expect(signed!.headers.authorization).to.equal(oauth);
    expect(signed!.query).to.equal('al_password=***&b=1');
    expect(signed!.body).to.equal('j_username=ana&j_password=***&x=1');
    expect(named!.headers).to.include({ authorization: 'Basic ***', cookie: '***' });
    expect(named!.body).to.equal('{"username":"ana","password":"***","x":1}');
  });

  it('hides client secrets and bearer tokens too', async () => {
    const form = 'client_id=a&client_secret=very-secret&code=c';
    await ask('POST', `${standIn.url}/rest/oauth2/latest/token`, { Authorization: 'Bearer a.b.c' }, form);
    const received = standIn.received.at(-1)!;
    expect(received.body).to.equal('client_id=a&client_secret=***&code=c');
    expect(received.headers.authorization).to.equal('Bearer ***');
  });
});
