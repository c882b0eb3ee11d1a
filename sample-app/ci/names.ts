/**
 * Names that come from outside and end in paths, environments and git's arguments. A leading hyphen would be taken
 * for an option, and some variables would let a build's starter run code outside the script.
 */
import { z } from 'zod';

export const jobName = z
  .string()
  .trim()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    'Use 1 to 64 letters, digits, dots, hyphens or underscores, beginning with a letter or digit.',
  );

const reserved =
  /^(PATH|HOME|SHELL|IFS|ENV|BASH_ENV|TMPDIR|CI|LANG|LD_.*|DYLD_.*|GIT_.*|BUILD_.*|JOB_.*|APPLINKS_.*)$/;

/** Text that both databases can hold. */
export const plainText = z
  .string()
  .refine((value) => !value.includes('\0'), 'A text cannot contain a zero byte.');

export const variableName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, 'A variable is named by letters, digits and underscores.')
  .refine((name) => !reserved.test(name), 'This variable is set by the server; choose another name.');

export const variableValue = plainText.max(8192, 'A value has at most 8192 characters.');

/** http or https without a password: a URL is shown on pages and in logs. */
export const gitUrl = z
  .string()
  .trim()
  .max(2048, 'Use at most 2048 characters.')
  .refine(isCloneUrl, 'Enter an http or https address without user name and password.');

function isCloneUrl(value: string): boolean {
  if (!URL.canParse(value) || !/^[\x21-\x7e]+$/.test(value)) return false;
  const { protocol, username, password, hostname } = new URL(value);
  return /^https?:$/.test(protocol) && hostname !== '' && username === '' && password === '';
}
