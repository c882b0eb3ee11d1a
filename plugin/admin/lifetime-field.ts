/** Lifetimes as people write them: a number and a unit, kept in milliseconds. */
const units = [
  { name: 'days', ms: 24 * 60 * 60_000 },
  { name: 'hours', ms: 60 * 60_000 },
  { name: 'minutes', ms: 60_000 },
] as const;

export const unitNames = ['minutes', 'hours', 'days'] as const;

export interface Lifetime {
  amount: string;
  unit: string;
}

/** In the largest unit that gives a whole number: 31536000000 → 365 days. What it shows reads back as the same. */
export function showLifetime(ms: number): Lifetime {
  const unit = units.find((one) => ms % one.ms === 0) ?? units[2];
  return { amount: String(ms / unit.ms), unit: unit.name };
}

export function describeLifetime(ms: number): string {
  const { amount, unit } = showLifetime(ms);
  return `${Number(Number(amount).toFixed(2))} ${amount === '1' ? unit.slice(0, -1) : unit}`;
}

/** Milliseconds; undefined when nothing was entered, NaN when it is no number of a known unit. */
export function readLifetime({ amount, unit }: Lifetime): number | undefined {
  if (amount === '') return undefined;
  const known = units.find(({ name }) => name === unit);
  return /^\d{1,9}(?:\.\d{1,20})?$/.test(amount) && known
    ? Math.round(Number(amount) * known.ms)
    : Number.NaN;
}
