import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/acme.ts';
import { ONE_SRE } from '../support/acme-config.ts';
import { openStories, type Stories } from '../support/stories.ts';

/** One a story: they happen at the same time. */
const SIGNED = ['lasting', 'left', 'closed', 'given-up', 'pushed'] as const;

describe.concurrent('the turn', () => {
  let acme: Stories;
  beforeAll(async () => {
    const shared = 'one-cluster';
    acme = await openStories({
      api: { environments: { staging: { approvals: 'none', target: shared } } },
      web: { environments: { staging: { approvals: 'none', target: shared } } },
      apart: { environments: { staging: { approvals: 'none' } } },
      ...Object.fromEntries(SIGNED.map((service) => [service, { environments: { production: { approvals: ONE_SRE } } }])),
    });
  });
  afterAll(() => acme.end());

  it('is one at a time on a target that two services share; others wait with their place, and start by themselves', async () => {
    const { buildkite } = acme.world;
    buildkite.hold('api');
    buildkite.hold('web');
    const pull = await acme.pull();
    const first = await acme.ann.asks(pull, '/deploy api to staging');
    await first.bothShow('🚚 Deploying');
    // What is live there, and what runs there, only both pipelines together can say.
    const listed = buildkite.requests.filter(({ method, query }) => method === 'GET' && query.includes('one-cluster'));
    expect([...new Set(listed.map(({ path }) => path.split('/').at(-2)))].toSorted()).toEqual(['api', 'web']);
    const second = await acme.ann.asks(pull, '/deploy web to staging');
    await second.bothShow('It is', 'next', `after \`${first.code}\``);
    const third = await acme.ann.asks(await acme.pull(), '/deploy api to staging');
    await third.bothShow('number 2', `after \`${second.code}\``);
    expect(await acme.eve.types('what api')).toContain(`🚚 \`${first.code}\` is being deployed`);
    expect(await acme.eve.types('what api')).toContain('2 in the queue');
    // Another target does not wait.
    const other = await acme.ann.asks(pull, '/deploy apart to staging');
    await other.ends('✅', 'is live on staging');
    expect(running()).toEqual(['api 1']);

    buildkite.finish('api', 1, 'passed');
    await first.ends('✅', 'is live on staging');
    await second.bothShow('🚚 Deploying');
    expect(running()).toEqual(['web 1']);
    buildkite.finish('web', 1, 'failed');
    await second.ends('❌ Deploy of');
    await third.bothShow('🚚 Deploying');
    expect(running()).toEqual(['api 2']);
    buildkite.finish('api', 2, 'passed');
    await third.ends('✅');
  });

  function running(): readonly string[] {
    const builds = ['api', 'web'].flatMap((service) => acme.builds(service).map((build) => ({ service, ...build })));
    return builds.filter(({ finishedAt }) => finishedAt === null).map(({ service, number }) => `${service} ${number}`);
  }

  it('remembers what is live and since when, and the next card tells from where it comes', async () => {
    const base = await acme.pull();
    const first = await acme.ann.asks(base, '/deploy lasting to production');
    expect(await first.shows('github', '⏸')).toContain('the first on production');
    await acme.carl.clicks('approve', first);
    await first.ends('✅');
    const { github } = acme.world;
    github.branch('acme/api', 'follow-up', base.branch);
    const next = await acme.pull({ branch: 'follow-up', authors: ['ann', 'eve'] });
    const second = await acme.ann.asks(next, '/deploy lasting to production');
    const cards = await second.bothShow(`2 commits since \`${base.sha.slice(0, 7)}\``);
    expect(cards.github).toContain('compare');
    expect(await acme.dan.learns('what lasting production', `\`${base.sha.slice(0, 7)}\` since`)).toMatch(
      new RegExp(`since \\d\\d:\\d\\d UTC \\(\`${first.code}\`\\)`),
    );
    await acme.carl.clicks('approve', second);
    await second.ends('✅');
    const build = acme.builds('lasting').at(-1);
    expect(build?.env).toMatchObject({ COUNTERSIGN_PREVIOUS_SHA: base.sha, COUNTERSIGN_SHA: next.sha });
  });

  it('is checked once more: a vote of somebody who left meanwhile is void, and the request waits again', async () => {
    const { buildkite, slack } = acme.world;
    buildkite.hold('left');
    const pull = await acme.pull();
    const first = await acme.ann.asks(pull, '/deploy left to production');
    await acme.bea.clicks('approve', first);
    await first.bothShow('🚚 Deploying');
    const other = await acme.pull();
    const second = await acme.ann.asks(other, '/deploy left to production');
    await acme.bea.clicks('approve', second);
    await second.bothShow('⏳ In the queue');
    slack.addUser({ id: 'U02BEA', name: 'bea', deleted: true });
    const [build] = acme.builds('left').slice(-1);
    buildkite.finish('left', build?.number ?? 0, 'passed');
    await second.bothShow('↩️ No longer counted: Bea (account deactivated)', '1 of');
    await eventually('the buttons again', () => second.buttons().includes('approve'));
    const builds = acme.builds('left').length;
    expect(await acme.carl.clicks('approve', second)).toContain('Counted: that was the last one.');
    await second.bothShow('🚚 Deploying');
    expect(acme.builds('left')).toHaveLength(builds + 1);
    buildkite.finish('left', acme.builds('left').at(-1)?.number ?? 0, 'passed');
    await second.ends('✅', 'approved by Carl');
    slack.addUser({ id: 'U02BEA', name: 'bea' });
  });

  it('is checked once more: a gate that has closed meanwhile stops it before its build', async () => {
    const { buildkite, github } = acme.world;
    buildkite.hold('closed');
    const pull = await acme.pull();
    const first = await acme.ann.asks(pull, '/deploy closed to production');
    await acme.carl.clicks('approve', first);
    await first.bothShow('🚚 Deploying');
    const other = await acme.pull();
    const second = await acme.ann.asks(other, '/deploy closed to production');
    await acme.carl.clicks('approve', second);
    await second.bothShow('⏳ In the queue');
    github.setCheck('acme/api', other.sha, { name: 'e2e', result: 'failure' });
    const builds = acme.builds('closed').length;
    buildkite.finish('closed', acme.builds('closed').at(-1)?.number ?? 0, 'passed');
    const ends = await second.ends('⛔ Stopped before its build', '1 of 2 are green', '`e2e`');
    expect(ends.github).toContain('Nothing was built.');
    expect(acme.builds('closed')).toHaveLength(builds);
    expect(await second.comment?.reacted('-1')).toEqual(['eyes', '-1']);
  });

  it('is given up with the last vote, and taken anew with the next one', async () => {
    const { buildkite } = acme.world;
    buildkite.hold('given-up');
    const pull = await acme.pull();
    const first = await acme.ann.asks(pull, '/deploy given-up to production');
    await acme.carl.clicks('approve', first);
    await first.bothShow('🚚 Deploying');
    const other = await acme.pull();
    const second = await acme.ann.asks(other, '/deploy given-up to production');
    await acme.carl.clicks('approve', second);
    await second.bothShow('⏳ In the queue');
    expect(await acme.carl.types(`withdraw ${second.code}`)).toBe('Withdrawn: 0 of 1 approvals left.');
    await second.shows('github', '⏸ Waiting for approval');
    const builds = acme.builds('given-up').length;
    buildkite.finish('given-up', builds, 'passed');
    await first.ends('✅');
    expect(acme.builds('given-up')).toHaveLength(builds);
    // Merged meanwhile: what was approved is still what is built.
    await acme.world.github.merge('acme/api', other.number, { by: 'bea' });
    expect(await acme.carl.clicks('approve', second)).toContain('Counted: that was the last one.');
    await second.bothShow('🚚 Deploying');
    expect(acme.builds('given-up').at(-1)?.commit).toBe(other.sha);
    buildkite.finish('given-up', builds + 1, 'passed');
    await second.ends('✅', other.sha.slice(0, 7));
  });

  it('is not disturbed by a push after the last vote; the cards name it', async () => {
    const { buildkite, github } = acme.world;
    buildkite.hold('pushed');
    const pull = await acme.pull();
    const deploy = await acme.ann.asks(pull, '/deploy pushed to production');
    await acme.carl.clicks('approve', deploy);
    await deploy.bothShow('🚚 Deploying');
    const { sha } = await github.push('acme/api', pull.branch, { by: 'eve', commits: [{ message: 'One more thing' }] });
    await deploy.bothShow(`ℹ️ eve has pushed \`${sha.slice(0, 7)}\` since; it is not part of this deploy.`);
    buildkite.finish('pushed', acme.builds('pushed').at(-1)?.number ?? 0, 'passed');
    await deploy.ends('✅', pull.sha.slice(0, 7));
    expect(acme.builds('pushed').at(-1)?.commit).toBe(pull.sha);
  });
});
