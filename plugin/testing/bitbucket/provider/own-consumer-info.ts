/** Under which key and public key the stand-in signs (applinks-oauth1.md part 4), for anybody who asks. */
import type { Answer } from '../answer.js';
import type { StandInContext } from '../context.js';
import { readPublicKey } from '../public-key.js';
import { productFacts } from './product-facts.js';
import { xml } from './xml.js';

export function showConsumerInfo(context: StandInContext): Answer {
  const { state, host } = context;
  const { name } = productFacts[state.product];
  return xml('consumer', [
    ['key', host.consumerKey],
    ['name', name],
    ['publicKey', readPublicKey(host.publicKeyPem()) ?? ''],
    ['description', `${name} at ${context.baseUrl()}`],
  ]);
}
