/** Resources of the product by which a signed call shows as whom it ran (applinks-oauth1.md 7.3, `whoami`). */
import { json, type Answer, type Incoming } from '../answer.js';
import type { StandInContext } from '../context.js';
import { callerOf } from '../repositories/permission.js';
import { productFacts } from './product-facts.js';

/** Always 200; empty for an anonymous caller. */
export const whoAmI = (incoming: Incoming): Answer => ({
  status: 200,
  headers: { 'Content-Type': 'text/plain;charset=UTF-8' },
  body: callerOf(incoming)?.name ?? '',
});

export function applicationProperties({ state }: StandInContext): Answer {
  const { name, version, buildNumber } = productFacts[state.product];
  return json(200, { version, buildNumber: String(buildNumber), displayName: name });
}
