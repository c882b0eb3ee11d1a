/** Mocha root hooks; see the files of this folder for what each one cares for. */
export const mochaHooks = {};
