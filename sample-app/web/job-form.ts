/** The form of a job: text fields to checked settings, each error at its field. */
import { z } from 'zod';
import { jobSettings, type Job, type JobSettings } from '../ci/jobs.js';
import { isBranchName } from '../ci/git.js';

/** What isn't text counts as empty. */
const text = z.string().catch('');

const jobFields = z.object({
  name: text,
  description: text,
  gitUrl: text,
  branch: text,
  scriptFrom: text,
  script: text,
  environment: text,
  parameters: text,
  timeLimitSeconds: text,
  enabled: text,
});

export type JobFields = z.output<typeof jobFields>;
export type FieldErrors = Record<string, string>;

export const emptyFields: JobFields = {
  name: '',
  description: '',
  gitUrl: '',
  branch: 'main',
  scriptFrom: 'repository',
  script: '',
  environment: '',
  parameters: '',
  timeLimitSeconds: '3600',
  enabled: 'on',
};

export function fieldsOf(job: Job): JobFields {
  return {
    name: job.name,
    description: job.description,
    gitUrl: job.gitUrl,
    branch: job.branch,
    scriptFrom: job.script === null ? 'repository' : 'job',
    script: job.script ?? '',
    environment: linesOf(job.environment),
    parameters: linesOf(job.parameters),
    timeLimitSeconds: String(job.timeLimitSeconds),
    enabled: job.enabled ? 'on' : '',
  };
}

/** What the browser sent, as text. */
export function readFields(body: unknown): JobFields {
  return jobFields.parse(body ?? {});
}

export async function parseFields(
  fields: JobFields,
  isDemonstration: boolean,
): Promise<{ settings?: JobSettings; errors: FieldErrors }> {
  const errors: FieldErrors = {};
  const environment = parseLines(fields.environment, 'environment', errors);
  const parameters = parseLines(fields.parameters, 'parameters', errors);
  const result = jobSettings.safeParse({
    ...fields,
    // The demonstration repository can't be pointed elsewhere.
    gitUrl: isDemonstration ? 'https://demonstration.invalid/' : fields.gitUrl,
    script: fields.scriptFrom === 'job' ? fields.script.replaceAll('\r\n', '\n') : null,
    environment,
    parameters,
    enabled: fields.enabled === 'on',
  });
  for (const issue of result.error?.issues ?? []) errors[String(issue.path[0])] ??= sentenceOf(issue);
  if (errors.branch === undefined && !(await isBranchName(fields.branch.trim()))) {
    errors.branch = 'This is not the name of a branch.';
  }
  if (fields.scriptFrom === 'job' && fields.script.trim() === '') {
    errors.script = 'Enter at least one command, or take the script from ci.json.';
  }
  const isValid = result.success && Object.keys(errors).length === 0;
  return isValid ? { settings: result.data, errors } : { errors };
}

/** For a variable, which one it is and what is wrong with its name or value. */
function sentenceOf(issue: z.core.$ZodIssue): string {
  const message = issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
  return issue.path[1] === undefined ? message : `${String(issue.path[1]).slice(0, 64)}: ${message}`;
}

function linesOf(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n');
}

function parseLines(text: string, field: string, errors: FieldErrors): Record<string, string> {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const pairs = lines.map((line) => {
    const at = line.indexOf('=');
    if (at < 1) errors[field] = `Write one NAME=value per line; this is not: ${line.slice(0, 60)}`;
    return [line.slice(0, at).trim(), line.slice(at + 1)] as const;
  });
  return Object.fromEntries(pairs);
}
