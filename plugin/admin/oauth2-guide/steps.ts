/**
 * The procedures of oauth2.md part 5 as steps, and which of them are done, as far as we can see: some are done on the
 * other side, where only its first request shows it. So a step may be done again, and none is locked.
 */
import type { OAuth2Client } from '../../store/oauth2-client.js';
import type { SeenOfLink } from '../link-status.js';
import type { OAuth2OutgoingView } from '../oauth2-connection.js';

export type StepName =
  'register-there' | 'enter-here' | 'test-here' | 'give-out' | 'enter-there' | 'redirect-uri' | 'test-there';

export interface Step {
  name: StepName;
  number: number;
  state: 'done' | 'next' | 'open';
}

const lettingUsIn: readonly StepName[] = ['register-there', 'enter-here', 'test-here'];
const lettingThemIn: readonly StepName[] = ['give-out', 'enter-there', 'redirect-uri', 'test-there'];

export interface GuideFacts {
  calls: Pick<OAuth2OutgoingView, 'state' | 'settings' | 'isVendorClient'> | undefined;
  clients: readonly Pick<OAuth2Client, 'clientId' | 'redirectUris'>[];
  seen: Pick<SeenOfLink, 'attempt' | 'status'>;
}

export function stepsOf(facts: GuideFacts): Record<StepName, Step> {
  const names = [...(facts.calls ? lettingUsIn : []), ...lettingThemIn];
  // The other direction is the administrator's choice, until it is begun.
  const isChosen = facts.calls === undefined || facts.clients.length > 0;
  const wanted = isChosen ? names : lettingUsIn;
  const next = wanted.find((name) => !isDone(name, facts));
  const steps = names.map((name, index): [StepName, Step] => {
    const state = isDone(name, facts) ? 'done' : name === next ? 'next' : 'open';
    return [name, { name, number: index + 1, state }];
  });
  return Object.fromEntries(steps) as Record<StepName, Step>;
}

function isDone(name: StepName, { calls, clients, seen: { attempt, status } }: GuideFacts): boolean {
  const tried = clients.some(({ clientId }) => clientId === attempt?.clientId);
  const isRefused = (stage: string): boolean => tried && attempt?.failure?.stage === stage;
  switch (name) {
    case 'register-there':
      return calls !== undefined && (calls.settings.clientId !== null || calls.isVendorClient);
    case 'enter-here':
      return calls?.state === 'ready';
    case 'test-here':
      return (
        calls?.state === 'ready' &&
        status?.working === true &&
        status.steps.some((step) => step.name === 'identity' && step.outcome === 'passed')
      );
    case 'give-out':
      return clients.length > 0;
    case 'enter-there':
      return tried;
    case 'redirect-uri':
      return (
        clients.some(({ redirectUris }) => redirectUris.some(({ isPlaceholder }) => !isPlaceholder)) &&
        !isRefused('authorize')
      );
    case 'test-there':
      return tried && attempt?.failure === null && attempt.stages.some(({ stage }) => stage === 'token');
  }
}
