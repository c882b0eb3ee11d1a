/**
 * `npm run doctor -- <base url>`: can this machine reach an Atlassian application there, and what is in the way? One
 * line per check, with cause and cure, and exit status 1 when something is wrong. It needs no configuration, sends no
 * credentials, and changes nothing.
 */
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { PeerUnreachable } from 'express-applinks';
import { discover, fetchConsumerInfo } from '../plugin/consumer/discovery.js';
import { isTooOld } from '../plugin/consumer/installation.js';
import { createMetadataReader } from '../plugin/consumer/oauth2/metadata.js';
import { createTransport, type Transport } from '../plugin/consumer/transport.js';

interface Check {
  isGood: boolean;
  what: string;
}

const usage = 'Usage: npm run doctor -- <base url> [--ca <file>] [--insecure-loopback]';
const mostSecondsApart = 60;

/** The checks in their order; the first that fails is the cause of what would follow, so it is the last. */
async function examine(
  url: string,
  options: { ca?: string | undefined; allowInsecureLoopback: boolean },
): Promise<Check[]> {
  const transport = createTransport({ ...options, deny: [], own: 'http://this-machine.invalid' });
  const checks: Check[] = [];
  const say = (isGood: boolean, what: string): void =>
    void checks.push({ isGood, what: inOptionsOfThisCommand(what) });
  try {
    const found = await discover(transport, url);
    if (!found.manifest) {
      say(false, found.problem?.message ?? 'There is no manifest.');
      if (found.problem?.answer) say(false, `It answered: ${found.problem.answer}`);
      if (found.suggestedUrl !== undefined)
        say(false, `It points to ${found.suggestedUrl}: try that address.`);
      return checks;
    }
    const { manifest } = found;
    say(true, `reached ${found.url} (name, connection and certificate are good)`);
    say(true, `manifest: ${manifest.name}, type ${manifest.typeId} ${manifest.version ?? ''}`.trimEnd());
    if (isTooOld(manifest.applinksVersion))
      say(
        false,
        'its application links are older than version 4.0.13. Update it, or enter the link by hand.',
      );
    for (const warning of found.warnings) say(true, `note: ${warning}`);
    say(...clockCheck(await transport.request({ url: `${found.url}/rest/applinks/1.0/manifest` })));
    const { key, publicKey } = await fetchConsumerInfo(transport, found.url);
    const size = `consumer info: key ${key}, RSA ${publicKey.bits} bits`;
    say(true, publicKey.weak ? `${size}; ask for a key of 2048 bits or more` : size);
    say(...(await oauth2Check(transport, found.url)));
  } catch (error) {
    if (!(error instanceof PeerUnreachable)) throw error;
    say(false, error.message);
    if (error.answer) say(false, `It answered: ${error.answer}`);
  } finally {
    await transport.close();
  }
  return checks;
}

/** Most products have no metadata, and can link over OAuth 2.0 all the same (oauth2.md 2.2); another issuer is a trap. */
async function oauth2Check(transport: Transport, url: string): Promise<[boolean, string]> {
  const metadata = await createMetadataReader(transport, Date.now).read(url, true);
  if (!metadata) return [true, 'OAuth 2.0: it has no metadata, which is normal'];
  return [true, `OAuth 2.0: metadata is there, and its issuer is ${metadata.issuer}`];
}

function clockCheck({ dateMs }: { dateMs: number | undefined }): [boolean, string] {
  if (dateMs === undefined) return [true, 'clock: it does not tell its time'];
  const seconds = Math.round((dateMs - Date.now()) / 1000);
  const how = `clock: ${Math.abs(seconds)} seconds ${seconds < 0 ? 'behind' : 'ahead of'} ours`;
  if (Math.abs(seconds) <= mostSecondsApart) return [true, how];
  return [false, `${how}; signed calls are refused from 300 seconds on. Set both clocks by a time server.`];
}

/** A file that holds none, such as a private key or a certificate in binary form, would be trusted for nothing. */
async function readCertificates(file: string): Promise<string> {
  const text = await readFile(file, 'utf8');
  const certificates = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    for (const certificate of certificates) new X509Certificate(certificate);
  } catch {
    throw new Error(`A certificate in ${file} is damaged.`);
  }
  if (certificates.length > 0) return text;
  throw new Error(`${file} holds no certificate. Give one in PEM, with -----BEGIN CERTIFICATE-----.`);
}

/** The sentences of the package name its options; whoever runs this has none of them. */
function inOptionsOfThisCommand(sentence: string): string {
  return sentence
    .replace('in the option network.ca', 'by --ca <file>')
    .replace('set network.allowInsecureLoopback for development', 'add --insecure-loopback');
}

async function run(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { ca: { type: 'string' }, 'insecure-loopback': { type: 'boolean', default: false } },
  });
  const [url, ...more] = positionals;
  if (url === undefined || more.length > 0) throw new Error(usage);
  const ca = values.ca === undefined ? undefined : await readCertificates(values.ca);
  const checks = await examine(url, { ca, allowInsecureLoopback: values['insecure-loopback'] });
  for (const { isGood, what } of checks) console.log(`${isGood ? 'ok  ' : 'FAIL'}  ${what}`);
  return checks.every(({ isGood }) => isGood) ? 0 : 1;
}

try {
  process.exitCode = await run();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
