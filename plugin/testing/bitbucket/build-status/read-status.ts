/** What may be posted as a build status: fields, limits and states of jenkins-integration.md C4. */
import { isRecord, parseJson } from '../json-body.js';
import { checkFields, type FieldChecks } from '../rest/field-checks.js';
import { fieldErrors, restError, RestRefusal } from '../rest/rest-error.js';
import type { BuildState, BuildStatus, TestResults } from './build-status.js';

export type PostedStatus = Omit<
  BuildStatus,
  'commit' | 'repository' | 'createdDate' | 'updatedDate' | 'postedBy' | 'signature'
>;

const legacyStates: readonly BuildState[] = ['SUCCESSFUL', 'FAILED', 'INPROGRESS'];
const richStates: readonly BuildState[] = [...legacyStates, 'UNKNOWN'];

function present<Fields extends object>(
  fields: Fields,
): { [Name in keyof Fields]: NonNullable<Fields[Name]> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Name in keyof Fields]: NonNullable<Fields[Name]> };
}

function testResultsOf(value: unknown, messages: Map<string, string>): TestResults | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isRecord(value)) {
    messages.set('testResults', 'testResults must be an object.');
    return undefined;
  }
  const checks = checkFields(value, 'testResults.', messages);
  const [successful = 0, failed = 0, skipped = 0] = ['successful', 'failed', 'skipped'].map((name) =>
    checks.count(name, true),
  );
  return { successful, failed, skipped };
}

function urlOf(checks: FieldChecks): string {
  const url = checks.text('url', { max: 450, required: true }) ?? '';
  const isHttp = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
  if (!isHttp) checks.fail('url', 'url must be an absolute address of http or https.');
  return url;
}

/** @throws RestRefusal for what Bitbucket refuses. */
export function readStatus(
  body: string,
  { isRich, knowsCancelled }: { isRich: boolean; knowsCancelled: boolean },
): PostedStatus {
  const read = parseJson(body);
  if (!isRecord(read)) throw new RestRefusal(restError(400, 'The body is not a JSON object.'));
  const messages = new Map<string, string>();
  const checks = checkFields(read, '', messages);
  const states = isRich ? richStates : legacyStates;
  const allowed: readonly BuildState[] = isRich && knowsCancelled ? [...states, 'CANCELLED'] : states;
  const required = {
    key: checks.text('key', { max: 255, required: true }) ?? '',
    state: checks.oneOf('state', allowed, true) ?? 'UNKNOWN',
    url: urlOf(checks),
  };
  const described = {
    name: checks.text('name', { max: 255 }),
    description: checks.text('description', { max: 255 }),
  };
  const ref = isRich ? checks.text('ref', { max: 1024 }) : undefined;
  if (ref !== undefined && !ref.startsWith('refs/')) checks.fail('ref', 'ref must begin with refs/.');
  const rich = isRich && {
    buildNumber: checks.text('buildNumber', { max: 255 }),
    parent: checks.text('parent', { max: 1024 }),
    ref,
    duration: checks.count('duration', false),
    testResults: testResultsOf(read.testResults, messages),
  };
  const refusal = fieldErrors(messages);
  if (refusal) throw new RestRefusal(refusal);
  return present({ ...required, ...described, ...rich });
}
