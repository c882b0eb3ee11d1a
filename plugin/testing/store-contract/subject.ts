/** What the cases of one entity are given: the store of the running test. */
import type { Store } from '../../store/store.js';

export type Subject = () => Store;
