import { expect } from 'chai';
import { resolve } from 'node:path';
import { readConfig } from '../../sample-app/config.js';

const sentence = (env: Record<string, string>): string => {
  try {
    readConfig(env);
    return 'accepted';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('the environment of the server', () => {
  it('may be empty', () => {
    expect(readConfig({})).to.deep.equal({
      baseUrl: 'http://localhost:8080',
      basePath: '',
      isLoopback: true,
      port: 8080,
      dataDir: resolve('data'),
      databaseUrl: undefined,
      adminUser: 'admin',
      adminPassword: undefined,
      logLevel: 'info',
    });
  });

  it('takes an empty variable for an absent one', () => {
    const names = [
      'BASE_URL',
      'PORT',
      'DATA_DIR',
      'DATABASE_URL',
      'ADMIN_USER',
      'ADMIN_PASSWORD',
      'LOG_LEVEL',
    ];
    expect(readConfig(Object.fromEntries(names.map((name) => [name, ''])))).to.deep.equal(readConfig({}));
  });

  it('makes the address from the port when only that is given', () => {
    expect(readConfig({ PORT: '9000' }).baseUrl).to.equal('http://localhost:9000');
  });

  it('takes the path of the address for the place of everything', () => {
    expect(readConfig({ BASE_URL: 'https://ci.example.com/ci/' })).to.include({
      baseUrl: 'https://ci.example.com/ci',
      basePath: '/ci',
    });
    expect(readConfig({ BASE_URL: 'https://ci.example.com/' }).basePath).to.equal('');
  });

  for (const value of [
    ...['ci.example.com', 'ftp://ci.example.com', 'http://', '/ci', 'http://u:p@ci.example.com', 'not a url'],
    ...[
      'http://ci.example.com/?x',
      'http://ci.example.com/#x',
      'javascript:alert(1)',
      'http://ci.example.com /',
    ],
  ]) {
    it(`refuses BASE_URL ${value}`, () => {
      expect(sentence({ BASE_URL: value })).to.match(/^BASE_URL must be .+\.$/);
    });
  }
  for (const value of ['0', '65536', '-1', '80.5', 'http', '1e9', '80 80']) {
    it(`refuses PORT ${value}`, () => {
      expect(sentence({ PORT: value })).to.equal('PORT must be a number from 1 to 65535.');
    });
  }
  for (const value of ['mysql://x/y', 'x', 'file:///etc/passwd']) {
    it(`refuses DATABASE_URL ${value}`, () => {
      expect(sentence({ DATABASE_URL: value })).to.match(/^DATABASE_URL must begin with postgres/);
    });
  }
  it('takes both names of PostgreSQL', () => {
    for (const url of ['postgres://u:p@db/ci', 'postgresql://db/ci']) {
      expect(readConfig({ DATABASE_URL: url }).databaseUrl).to.equal(url);
    }
  });
  it('refuses an unknown LOG_LEVEL and names the known ones', () => {
    expect(sentence({ LOG_LEVEL: 'loud' })).to.equal(
      'LOG_LEVEL must be one of silent, error, warn, info, debug.',
    );
  });
  it('refuses a short ADMIN_PASSWORD without repeating it', () => {
    expect(sentence({ ADMIN_PASSWORD: 'hunter2' }))
      .to.match(/^ADMIN_PASSWORD must have 8/)
      .and.not.include('hunter2');
  });
  it('refuses a strange ADMIN_USER', () => {
    expect(sentence({ ADMIN_USER: '<admin>' })).to.match(/^ADMIN_USER must be/);
  });
});
