/**
 * Storing, changing and deleting outgoing links (oauth2.md 1.1): whoever asks, REST, a page or a test, the record is
 * checked first. A link that is deleted takes its tokens along; nothing is revoked at the provider.
 */
import { randomUUID } from 'node:crypto';
import { checkedConfig } from './check-config.js';
import type { ClientConfig, WantedConfig } from './client-config.js';
import type { OAuth2ClientContext } from './context.js';

/** Throws InvalidConfig, as changeConfig() does. */
export function addConfig(context: OAuth2ClientContext, wanted: WantedConfig): ClientConfig {
  const config = { ...checkedConfig(context, wanted, undefined), id: randomUUID() };
  context.configs.set(config.id, config);
  return config;
}

export function changeConfig(context: OAuth2ClientContext, id: string, wanted: WantedConfig): ClientConfig {
  const config = { ...checkedConfig(context, wanted, id), id };
  context.configs.set(id, config);
  return config;
}

export function removeConfig({ configs, clientTokens }: OAuth2ClientContext, id: string): void {
  configs.delete(id);
  for (const token of clientTokens.values()) if (token.configId === id) clientTokens.delete(token.id);
}
