import { expect } from 'chai';
import { ensureAdministrator } from '../../../sample-app/accounts/first-administrator.js';
import { createUsers, newPassword, userName, type Users } from '../../../sample-app/accounts/users.js';
import { onEachDatabase } from '../support/databases.js';

describe('accounts', () => {
  onEachDatabase((database) => {
    let users: Users;
    const config = { adminUser: 'admin', adminPassword: undefined };

    beforeEach(async () => {
      await database.get().deleteFrom('ci_users').execute();
      users = createUsers(database.get());
    });

    it('begin with one administrator, whose password is generated once', async () => {
      const first = await ensureAdministrator(users, config);
      expect(first?.name).to.equal('admin');
      expect((await users.verify('admin', first?.generatedPassword ?? ''))?.role).to.equal('administrator');
      expect(await ensureAdministrator(users, config)).to.equal(undefined);
    });

    it('begin with the password of the environment when there is one, and keep it', async () => {
      const first = await ensureAdministrator(users, {
        adminUser: 'Root',
        adminPassword: 'from the environment',
      });
      expect(first).to.deep.equal({ name: 'root', generatedPassword: undefined });
      await ensureAdministrator(users, { adminUser: 'root', adminPassword: 'another one' });
      expect(await users.verify('root', 'another one')).to.equal(undefined);
      expect(await users.verify('ROOT', 'from the environment')).to.include({ name: 'root' });
    });

    it('say what to do when nobody can administer and the name is taken', async () => {
      await users.create('admin', 'password1', 'reader');
      const error = await ensureAdministrator(users, config).catch((reason: unknown) => reason);
      expect((error as Error).message).to.include('set ADMIN_USER to a new name');
    });

    it('have names that differ not only in case', async () => {
      expect(await users.create('Ada', 'password1', 'developer')).to.include({ name: 'ada' });
      expect(await users.create('ADA', 'password2', 'reader')).to.equal(undefined);
      expect(await users.findActiveByName('aDa')).to.include({ role: 'developer' });
    });

    it('never get the id of a deleted account again', async () => {
      await users.create('admin', 'password1', 'administrator');
      const first = await users.create('ada', 'password1', 'developer');
      expect(await users.remove(first?.id ?? '')).to.equal(true);
      const second = await users.create('ada', 'password1', 'developer');
      expect(second?.id).not.to.equal(first?.id);
      expect(await users.find(first?.id ?? '')).to.equal(undefined);
    });

    it('cannot log in while disabled', async () => {
      await users.create('admin', 'password1', 'administrator');
      const ada = await users.create('ada', 'password1', 'developer');
      expect(await users.setDisabled(ada?.id ?? '', true)).to.equal(true);
      expect(await users.verify('ada', 'password1')).to.equal(undefined);
      expect(await users.findActive(ada?.id ?? '')).to.equal(undefined);
      expect(await users.find(ada?.id ?? '')).to.include({ disabled: true });
      expect(await users.setDisabled(ada?.id ?? '', false)).to.equal(true);
      expect(await users.verify('ada', 'password1')).to.include({ name: 'ada' });
    });

    it('take a new password and forget the old one', async () => {
      const ada = await users.create('ada', 'password1', 'developer');
      await users.setPassword(ada?.id ?? '', 'password2');
      expect(await users.verify('ada', 'password1')).to.equal(undefined);
      expect(await users.verify('ada', 'password2')).to.include({ id: ada?.id });
    });

    it('always leave an administrator who can log in', async () => {
      const one = (await users.create('one', 'password1', 'administrator'))?.id ?? '';
      expect(await users.setRole(one, 'reader')).to.equal(false);
      expect(await users.setDisabled(one, true)).to.equal(false);
      expect(await users.remove(one)).to.equal(false);
      const two = (await users.create('two', 'password1', 'administrator'))?.id ?? '';
      expect(await users.setDisabled(two, true)).to.equal(true);
      expect(await users.setRole(one, 'reader')).to.equal(false);
      await users.setDisabled(two, false);
      expect(await users.setRole(one, 'reader')).to.equal(true);
      expect(await users.hasAdministrator()).to.equal(true);
    });
  });

  it('have names and passwords within bounds', () => {
    expect(userName.parse(' Ada.L-1_x ')).to.equal('ada.l-1_x');
    for (const name of ['', '-ada', 'a b', '<b>', 'x'.repeat(65), 'a\0']) {
      expect(userName.safeParse(name).success, name).to.equal(false);
    }
    expect(newPassword.safeParse('1234567').success).to.equal(false);
    expect(newPassword.safeParse('12345678').success).to.equal(true);
    expect(newPassword.safeParse('x'.repeat(257)).success).to.equal(false);
  });
});
