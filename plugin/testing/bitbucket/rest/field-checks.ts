/** Checks of the fields of a JSON body, each of which leaves a sentence under the field's name. */
import type { JsonRecord } from '../json-body.js';

export interface FieldChecks {
  /** By field, the first of each. */
  readonly messages: ReadonlyMap<string, string>;
  /** Undefined when it is absent, null, or wrong. */
  text(name: string, options: { max: number; required?: boolean }): string | undefined;
  oneOf<Value extends string>(name: string, values: readonly Value[], required: boolean): Value | undefined;
  /** A whole number, not below zero. */
  count(name: string, required: boolean): number | undefined;
  fail(name: string, message: string): void;
}

/** `prefix`: of the name in messages, for fields of an inner object. */
export function checkFields(
  record: JsonRecord,
  prefix = '',
  messages = new Map<string, string>(),
): FieldChecks {
  const fail = (name: string, message: string): void => {
    if (!messages.has(prefix + name)) messages.set(prefix + name, message);
  };
  const given = (name: string, required: boolean): unknown => {
    const value = record[name] ?? undefined;
    if (value === undefined && required) fail(name, `${prefix}${name} is required.`);
    return value;
  };
  return {
    messages,
    fail,
    text: (name, { max, required = false }) => {
      const value = given(name, required);
      if (value === undefined) return undefined;
      if (typeof value !== 'string') fail(name, `${prefix}${name} must be a string.`);
      else if (required && value.trim() === '') fail(name, `${prefix}${name} must not be blank.`);
      else if (value.length > max) fail(name, `${prefix}${name} may have up to ${max} characters.`);
      else return value;
      return undefined;
    },
    oneOf: (name, values, required) => {
      const value = given(name, required);
      const found = values.find((known) => known === value);
      if (value !== undefined && found === undefined) {
        fail(name, `${prefix}${name} must be one of ${values.join(', ')}.`);
      }
      return found;
    },
    count: (name, required) => {
      const value = given(name, required);
      if (value === undefined) return undefined;
      if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
      fail(name, `${prefix}${name} must be a whole number, not below zero.`);
      return undefined;
    },
  };
}
