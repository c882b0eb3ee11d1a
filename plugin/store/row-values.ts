/** Reads and writes the column forms of schema.ts. */
import { z } from 'zod';

const stringList = z.array(z.string());

export const toNullableNumber = (value: number | string | null): number | null =>
  value === null ? null : Number(value);

export const readStrings = (json: string): string[] => stringList.parse(JSON.parse(json));
