/** What the form token of a link's small decisions is bound to; two files of pages need it. */
export const trustPurpose = (linkId: string): string => `trust ${linkId}`;
