// Rules that depend on what a request changes, through the front doors.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REPOSITORY } from '../../src/sim/world.ts';
import { ONE_SRE, type EnvironmentEntry, type ServiceEntry } from '../support/acme-config.ts';
import { openStories, type Stories } from '../support/stories.ts';

const DOCS = { onlyFiles: ['docs/**', '**/*.md'] };
const LOW_RISK = { any: [{ group: 'sre' }, { auto: 'low-risk', when: { ...DOCS, size: { lines: '<= 20' } } }] };

const under = (approvals: EnvironmentEntry, more: EnvironmentEntry = {}): ServiceEntry => ({
  environments: { production: { approvals, ...more } },
});

const SERVICES = {
  free: under(LOW_RISK),
  careful: under(LOW_RISK, { gates: { checks: 'all', review: true } }),
  changing: under(LOW_RISK),
  large: under(LOW_RISK),
  planned: under(LOW_RISK),
  outage: under(LOW_RISK),
  database: under({ all: [ONE_SRE, { group: 'api-owners', when: { files: ['db/**'] } }, { group: 'sre', when: { labels: ['risky'] } }] }),
  authored: under({ any: [{ group: 'api-owners' }, { auto: 'by-sre', when: { author: ['sre'] } }] }),
  explained: under({ ...LOW_RISK, exclude: ['commit-authors'] }),
};

describe('a rule with conditions', () => {
  let acme: Stories;
  beforeAll(async () => {
    acme = await openStories(SERVICES);
    for (const service of ['free', 'changing', 'planned', 'outage', 'database', 'authored']) await acme.wasDeployed(service);
  });
  afterAll(() => acme.end());

  it('approves what it calls low-risk at once, and says by which rule and why', async () => {
    const pull = await acme.pull({ files: ['docs/a.md', 'README.md'] });
    const deploy = await acme.ann.asks(pull, '/deploy free to production');
    const ends = await deploy.ends('✅', 'is live on production');
    const by = 'approved by the rule';
    expect(ends.github).toContain(
      `${by} **low-risk**: changes in \`docs/**\` or \`**/*.md\` only (all 2 changed files) and <= 20 changed lines (2 changed lines)`,
    );
    expect(ends.slack).toContain(`${by} *low-risk*`);
    expect(await deploy.threadSays('✅ approved by the rule *low-risk*')).toContain('all 2 changed files');
    const build = await acme.build('free', 2);
    expect(build.env).not.toHaveProperty('COUNTERSIGN_APPROVERS');
    await acme.ann.learns('history free production', 'approved by the rule low-risk');
    const why = await acme.ann.types(`why ${deploy.code}`);
    expect(why).toContain('✅ the rule *low-risk*: changes in `docs/**` or `**/*.md` only (all 2 changed files)');
    expect(why).toContain('Nobody has voted.');
  });

  it('asks a person for everything else, and says what stood in the way', async () => {
    const pull = await acme.pull({ files: ['docs/a.md', 'src/a.ts'] });
    const deploy = await acme.ann.asks(pull, '/deploy changing to production');
    const both = await deploy.bothShow('1 of', 'low-risk');
    expect(both.github).toContain('➖ not by the rule **low-risk**: changes in `docs/**` or `**/*.md` only (`src/a.ts`)');
    expect(both.slack).toContain('➖ not by the rule *low-risk*: changes in `docs/**` or `**/*.md` only (`src/a.ts`)');
    expect(acme.builds('changing')).toHaveLength(1);
    expect(await acme.bea.clicks('approve', deploy)).toContain('that was the last one');
    expect((await deploy.ends('is live on production')).github).toContain('approved by Bea (sre, in Slack)');
  });

  it('counts from the live version, so asks a person for the first: what came before is no part of it, what goes away is', async () => {
    const code = await acme.pull({ files: ['docs/b.md', 'src/b.ts'], branch: 'counted' });
    const first = await acme.ann.asks(code, '/deploy large to production');
    expect(await first.shows('github', '1 of', 'low-risk')).toContain(
      '➖ not by the rule **low-risk**: something live to compare with (nothing is live yet)',
    );
    await acme.bea.clicks('approve', first);
    await first.ends('is live on production');
    acme.world.github.commit(REPOSITORY, 'counted', { message: 'Words', author: 'ann', files: ['docs/b.md'] });
    const words = await acme.pull({ files: ['docs/c.md'], branch: 'counted-2' });
    // Another branch, without `src/b.ts`: that file would go away.
    const back = await acme.ann.asks(words, '/deploy large to production');
    expect(await back.shows('github', '⏸', 'low-risk')).toContain('(❓ `src/b.ts`, perhaps the same on both sides)');
  });

  it('never overrides a gate', async () => {
    const pull = await acme.pull({ files: ['docs/a.md'], checks: ['success', 'failure'] });
    const comment = await acme.ann.asks(pull, '/deploy careful to production');
    expect(await comment.shows('github', '⛔ Not started')).toContain('1 of 2 are green');
    expect(acme.builds('careful')).toEqual([]);
  });

  it('asks a person where GitHub does not list every file', async () => {
    const pull = await acme.pull({ files: Array.from({ length: 301 }, (_, i) => ({ path: `docs/${i}.md`, additions: 0, deletions: 0 })) });
    const deploy = await acme.ann.asks(pull, '/deploy outage to production');
    expect(await deploy.shows('github', '⏸', 'low-risk')).toContain('(❓ more than the 300 files that GitHub lists)');
    expect(acme.builds('outage')).toHaveLength(1);
  });

  it('asks more people for some changes, and nobody is asked for the others', async () => {
    const plain = await acme.ann.asks(await acme.pull({ files: ['src/a.ts'] }), '/deploy database to production');
    const asked = await plain.shows('github', '⏸');
    expect(asked).toContain('➖ 1 of **api-owners** not asked: a change in `db/**` (none of 1 changed file)');
    expect(asked).not.toContain('@dan');
    expect(await acme.dan.clicks('approve', plain)).toBe('production asks for *sre*; you are in *api-owners*.');
    const more = await acme.ann.asks(await acme.pull({ files: ['db/schema.sql'], labels: ['Risky'] }), '/deploy database to production');
    const all = await more.shows('github', '⏸', '@dan');
    expect(all).toContain('1 of **api-owners** (@dan), for a change in `db/**` (`db/schema.sql`)');
    expect(all).toContain('for the label `risky` (`Risky`)');
    expect(await acme.bea.clicks('approve', more)).toContain('Counted: 1 of 3.');
    expect(await acme.carl.clicks('approve', more)).toContain('Counted: 2 of 3. Still needed: 1 of api-owners (Dan).');
    expect(await acme.dan.clicks('approve', more)).toContain('that was the last one');
  });

  it('by author is about everybody who wrote some of it', async () => {
    const alone = await acme.bea.asks(await acme.pull({ by: 'bea' }), '/deploy authored to production');
    expect((await alone.ends('is live on production')).github).toContain('approved by the rule **by-sre**: written by sre (Bea)');
    const helped = await acme.pull({ by: 'bea', authors: ['bea', 'ann'], branch: 'helped' });
    const other = await acme.bea.asks(helped, '/deploy authored to production');
    expect(await other.shows('github', '⏸')).toMatch(/➖ not by the rule \*\*by-sre\*\*: written by sre \(❓ .*Ann/);
  });

  it('is told by a plan as by a request, and nothing is started', async () => {
    const pull = await acme.pull({ files: ['docs/a.md'] });
    const plan = await acme.ann.asks(pull, '/deploy plan planned to production');
    expect(await plan.shows('github', '📋 Plan')).toContain('✅ the rule **low-risk**: changes in `docs/**` or `**/*.md` only (only `docs/a.md`)');
    expect(acme.builds('planned')).toHaveLength(1);
  });

  it('is explained to whoever asks why, on both surfaces, with the votes that are gone', async () => {
    const { github } = acme.world;
    github.commit(REPOSITORY, 'explained', { message: 'By hand', author: 'ann', email: 'nobody@nowhere.test' });
    const pull = await acme.pull({ branch: 'explained', authors: ['ann', 'dan'] });
    const deploy = await acme.ann.asks(pull, '/deploy explained to production');
    expect(await deploy.shows('github', '⏸')).toContain("not the commits' authors (1 commit has an author that GitHub does not know)");
    await acme.bea.clicks('approve', deploy);
    await (await acme.bea.comments(pull, `/deploy withdraw ${deploy.code} I overlooked the migration`)).reacted('+1');
    const asked = await acme.eve.comments(pull, `/deploy why ${deploy.code}`);
    const account = await asked.reply();
    expect(account).toMatch(/↩️ Bea, in Slack, \d\d:\d\d UTC, taken back at \d\d:\d\d UTC \(\*I overlooked the migration\*\)/);
    expect(account).toContain('✅ **checks**: ');
    expect(account).toContain('➖ not by the rule **low-risk**');
    expect(account).toContain('It goes on: ⏸ waiting for 1 of sre (Bea, Carl)');
    expect(account).toMatch(/contract `[0-9a-f]{64}`/);
    expect(await acme.carl.rejects(deploy, 'not today')).toContain('Rejected');
    await deploy.ends('Rejected');
    const ended = await acme.gus.types(`why ${deploy.code}`);
    expect(ended).toContain('It ended: 🚫 rejected by Carl: _not today_');
    expect(ended).toContain('🚫 rejected by Carl');
  });

  it('that nobody remembers is told as that, with how long things are kept', async () => {
    expect(await acme.ann.types('why 7F3K-Q2')).toContain('I know no request `7F3K-Q2`. What ended more than 30 d ago is not kept any more.');
    expect(await acme.ann.types('why')).toContain('Explain which request?');
  });
});
