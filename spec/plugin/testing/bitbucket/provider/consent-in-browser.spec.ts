/** Consent and token page of the stand-in in a real browser, as somebody sees them who tries the demonstration. */
import { expect } from 'chai';
import { expectAccessible } from '../../../../support/accessible.js';
import { openPage } from '../../../../support/chromium.js';
import { callingApp, paths } from './calling-app.js';

describe('c9: clicking through the consent of the stand-in', () => {
  it('a user logs in, allows, finds it among the authorised applications, and revokes it', async () => {
    const app = await callingApp();
    const asked = await app.newRequestToken('oob');
    const page = await openPage();
    const query = new URLSearchParams({ oauth_token: asked.token });
    await page.goto(`${app.standIn.url}${paths.authorize}?${query.toString()}`);
    await page.getByLabel('User name').fill('ana');
    await page.getByLabel('Password').fill('ana');
    await page.getByRole('button', { name: 'Log in' }).click();
    expect(await page.getByText('would like to read and write').isVisible()).to.equal(true);
    await expectAccessible(page);

    await page.getByRole('button', { name: 'Allow' }).click();
    await expectAccessible(page);
    const oauth_verifier = await page.locator('#oauth-verifier').innerText();
    const granted = await app.accessToken(asked, { oauth_verifier });
    expect(granted.status).to.equal(200);

    await page.goto(app.standIn.url);
    await page.getByRole('link', { name: 'Authorised applications' }).click();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Revoke access of Sample CI' }).click();
    expect(await page.getByText('You have let no application in').isVisible()).to.equal(true);
    expect(app.standIn.issued.size).to.equal(0);
    await app.stop();
  });
});
