/** The fault `problem`: every signed request is refused with it, as if the provider had a reason. */
import type { StandInContext } from '../context.js';
import { OAuthRefusal } from './oauth-refusal.js';
import { timestampRefused } from './validate-message.js';

export function forcedRefusal(context: StandInContext): OAuthRefusal | undefined {
  const { problem } = context.faults;
  if (problem === 'timestamp_refused') return timestampRefused(context.now());
  return problem === undefined ? undefined : new OAuthRefusal(problem);
}
