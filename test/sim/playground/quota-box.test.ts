import { describe, expect, it } from 'vitest';
import { limiterFacts } from '../../../src/sim/playground/limiter.ts';
import { quotaBox } from '../../../src/sim/playground/quota-box.ts';
import { textOf } from '../../../src/sim/playground/tree.ts';

const METRICS = `# HELP countersign_buildkite_requests_total Requests to Buildkite by lane and status
countersign_buildkite_requests_total{lane="create",method="POST",status="201"} 2
countersign_buildkite_requests_total{lane="create",method="GET",status="200"} 1
countersign_buildkite_requests_total{lane="status",method="GET",status="200"} 7
countersign_buildkite_requests_total{lane="status",method="GET",status="deferred"} 4
`;
const status = (limiter: object): object => ({ zones: [{ zone: 'default', limiter }] });

describe('the quota box', () => {
  it('says where the limiter counts, who waits, and what each lane has sent and may do now', () => {
    const facts = limiterFacts(status({ mode: 'shared', processes: 2, waiting: 3, closed: { status: 41_200 } }), METRICS);
    const text = textOf(quotaBox([], facts));
    expect(text).toContain('Countersign’s limiter counts in Redis, for all processes (2 processes). 3 requests wait for a token.');
    expect(text).toContain('create40 %3open');
    expect(text).toContain('status20 %7pauses for 42 s');
    expect(text).toContain('rollbackbefore all others0open');
  });

  it('says that the process is alone, or that Redis is away', () => {
    const of = (mode: string): string => textOf(quotaBox([], limiterFacts(status({ mode, processes: 1, waiting: 0, closed: {} }), '')));
    expect(of('own')).toContain('counts locally, in its one process (with REDIS_URL in Redis, for all of them). Nobody waits for a token.');
    expect(of('degraded')).toContain('can’t reach Redis and keeps to its part (one process)');
  });

  it('shows what Buildkite counts when the product is away', () => {
    const gauge = { scope: 'rest_user', user: 'Countersign', limit: 50, current: 3, remaining: 47, resetMs: 59_100 } as const;
    expect(textOf(quotaBox([gauge], limiterFacts({ zones: [] }, '')))).toBe('Countersign’s user: 47 of 50 left · new window in 60 s');
  });
});
