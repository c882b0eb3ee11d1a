/** The routes of the benchmark; the first two are of the same length, so that their requests are too. */
export const paths = { bare: '/job/dem0/build', signed: '/job/demo/build', token: '/oauth2/token' };
