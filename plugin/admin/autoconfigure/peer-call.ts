/** One call to a peer, as consumer/transport.ts makes it; handed in by the composition root. */
export interface PeerCallRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  body?: string;
}

export interface PeerCallAnswer {
  status: number;
  headers: Headers;
  body: Buffer;
}

/** @throws PeerUnreachable */
export type PeerCall = (request: PeerCallRequest) => Promise<PeerCallAnswer>;
