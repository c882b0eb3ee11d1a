/**
 * `npm run demo`: the main job of the kit from one end to the other, over real HTTP, one line per step. Ends with
 * status 0 only if the build was started by the user who consented, and succeeded. With `--keep` both servers stay
 * up, to be clicked through by hand.
 */
import { once } from 'node:events';
import { bitbucketStandIn, type BitbucketStandIn } from 'express-applinks/testing';
import { startCiServer, type CiServer } from './demo/ci-server.js';
import { demonstrate, developer } from './demo/demonstrate.js';
import { demonstrateLinking } from './demo/linking.js';
import { demonstrateOAuth2 } from './demo/oauth2.js';

const say = (line: string): void => console.log(line);

function explain(ci: CiServer, standIn: BitbucketStandIn): void {
  say('');
  say(`Both servers stay up until you press Ctrl-C.`);
  say(`  Bitbucket stand-in  ${standIn.url}`);
  for (const { name, password, admin } of standIn.users) {
    say(`    ${name} / ${password}${admin ? '   (administrator)' : ''}`);
  }
  say(`  CI server           ${ci.url}`);
  say(`    ${ci.administrator.name} / ${ci.administrator.password}   (administrator)`);
  say(`    ${developer.name} / ${developer.password}   (may build)`);
  say(
    'Try: log in at the stand-in as ben, press Authorise, allow it at the CI server, press "Run build again".',
  );
}

async function run(keep: boolean): Promise<void> {
  const stops: (() => Promise<void>)[] = [];
  const interrupted = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  try {
    const standIn = bitbucketStandIn();
    stops.push(() => standIn.stop());
    await standIn.start();
    const ci = await startCiServer();
    stops.push(() => ci.stop());
    say(`both servers listen: CI server ${ci.url}, Bitbucket stand-in ${standIn.url}`);
    const west = bitbucketStandIn({ contextPath: '/bitbucket' });
    stops.push(() => west.stop());
    await west.start();
    const done = demonstrate(ci, standIn, say)
      .then(() => demonstrateLinking(ci, west, developer, say))
      .then(() => demonstrateOAuth2(ci, standIn, developer, say));
    const ended = await Promise.race([done.then(() => 'done'), interrupted.then(() => 'interrupted')]);
    if (ended === 'interrupted') throw new Error('The demonstration was interrupted.');
    if (keep) {
      explain(ci, standIn);
      await interrupted;
    }
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

const [option, ...more] = process.argv.slice(2);
if ((option !== undefined && option !== '--keep') || more.length > 0) {
  console.error('Usage: npm run demo [-- --keep]');
  process.exitCode = 1;
} else {
  try {
    await run(option === '--keep');
  } catch (error) {
    console.error(`The demonstration failed: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
