/** Answers the other methods of a path with 405 and `Allow` (RFC 9110 section 15.5.6). */
import type { RequestHandler } from 'express';
import { challenge } from '../oauth1/problem.js';

export function allowOnly(...methods: readonly string[]): RequestHandler {
  const allow = methods.includes('GET') ? [...methods, 'HEAD'] : methods;
  return (_req, res) => {
    res.setHeader('Allow', allow.join(', '));
    res.status(405).type('text/plain').send(advice(allow));
  };
}

/** The same for token endpoints, with the problem in the header: a peer reads nothing else (AL 5.2). */
export function allowOnlyPost(realm: string): RequestHandler {
  const fields = { oauth_problem: 'parameter_rejected', oauth_problem_advice: advice(['POST']) };
  const answer = allowOnly('POST');
  return (req, res, next) => {
    res.setHeader('WWW-Authenticate', challenge(realm, fields));
    answer(req, res, next);
  };
}

const advice = (methods: readonly string[]): string => `Use ${methods.join(' or ')} here.`;
