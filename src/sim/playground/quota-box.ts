// Buildkite's quota: what Buildkite counts, and what Countersign's limiter makes of it. Pure.
import type { Gauge } from '../buildkite/quota.ts';
import { isSharing, LANES, SHARES } from '../../buildkite/shares.ts';
import type { LimiterFacts } from './limiter.ts';
import { el, type Tree } from './tree.ts';

export function quotaBox(gauges: readonly Gauge[], limiter: LimiterFacts | null): readonly Tree[] {
  return [...gauges.map(gauge), ...(limiter === null ? [] : limiterBox(limiter))];
}

function gauge({ scope, limit, remaining, current, resetMs }: Gauge): Tree {
  const name = scope === 'rest' ? 'Organization' : 'Countersign’s user';
  const reset = current === 0 ? '' : ` · new window in ${Math.ceil(resetMs / 1_000)} s`;
  const label = `${name}: ${remaining} of ${limit} left`;
  return el(
    'div',
    { class: 'gauge', key: name },
    el('p', {}, label, el('span', { class: 'note' }, reset)),
    el('meter', { value: String(remaining), max: String(limit), 'aria-label': label }),
  );
}

const MODE: Readonly<Record<string, string>> = {
  own: 'counts locally, in its one process (with REDIS_URL in Redis, for all of them)',
  shared: 'counts in Redis, for all processes',
  degraded: 'can’t reach Redis and keeps to its part',
};

function limiterBox({ mode, processes, waiting, closed, sent }: LimiterFacts): readonly Tree[] {
  const others = mode === 'own' ? '' : ` (${processes === 1 ? 'one process' : `${processes} processes`})`;
  const queue = waiting === 0 ? 'Nobody waits for a token.' : `${waiting === 1 ? 'One request waits' : `${waiting} requests wait`} for a token.`;
  const titles = ['Lane', 'Its own share', 'Sent', 'Now'];
  const head = el(
    'thead',
    {},
    el(
      'tr',
      {},
      titles.map((title) => el('th', { scope: 'col' }, title)),
    ),
  );
  const rows = LANES.map((lane) =>
    el('tr', { key: lane }, [
      el('td', {}, lane),
      el('td', {}, isSharing(lane) ? `${SHARES[lane] * 100} %` : 'before all others'),
      el('td', {}, String(sent[lane] ?? 0)),
      el('td', {}, closed[lane] === undefined ? 'open' : `pauses for ${Math.ceil(closed[lane] / 1_000)} s`),
    ]),
  );
  return [
    el('p', { class: 'facts', key: 'limiter' }, `Countersign’s limiter ${MODE[mode] ?? mode}${others}. ${queue}`),
    el('div', { class: 'scroll', key: 'lanes' }, el('table', {}, head, el('tbody', {}, rows))),
  ];
}
