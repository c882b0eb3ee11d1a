/** The two routes of the benchmark; of the same length, so that their requests are too. */
export const paths = { bare: '/job/dem0/build', signed: '/job/demo/build' };
