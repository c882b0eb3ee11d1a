/** Public names of express-applinks. */
export type { ApplinksOptions } from './config.js';
