/** A clock that a spec moves. It starts at the real time, so that signatures made outside of it are fresh. */
export class TestClock {
  private offsetMs = 0;

  readonly now = (): number => Date.now() + this.offsetMs;

  /** Seconds for `timestampSeconds` of a signed request. */
  readonly seconds = (): number => Math.floor(this.now() / 1000);

  advance(ms: number): void {
    this.offsetMs += ms;
  }
}

export const minuteMs = 60_000;
export const dayMs = 24 * 60 * minuteMs;
