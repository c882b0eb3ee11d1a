/** How each product names itself in manifest, consumer name and REST (applinks-oauth1.md 1.2, 1.5). */
import type { Product } from '../state.js';

export interface ProductFacts {
  name: string;
  version: string;
  buildNumber: number;
}

export const productFacts: Readonly<Record<Product, ProductFacts>> = {
  stash: { name: 'Bitbucket', version: '9.4.0', buildNumber: 9004000 },
  jira: { name: 'Jira', version: '10.3.0', buildNumber: 10030000 },
  confluence: { name: 'Confluence', version: '9.2.0', buildNumber: 9201 },
};
