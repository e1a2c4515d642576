import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StepDefinition } from '../../src/sim/buildkite/state.ts';
import type { Deploy } from '../support/sightings.ts';
import { openStories, type PullRequest, type Stories } from '../support/stories.ts';

const FREE = { environments: { staging: { approvals: 'none', url: 'https://staging.acme.test' } } };
const command = (label: string, more: Partial<Extract<StepDefinition, { type: 'command' }>> = {}): StepDefinition => ({
  type: 'command',
  label,
  durationMs: 300,
  ...more,
});

describe('the end of a build', () => {
  let acme: Stories;
  beforeAll(async () => {
    acme = await openStories({
      refused: {
        environments: {
          staging: { approvals: 'none', parameters: { migrate: { choices: ['yes', 'no'], default: 'no' }, size: { choices: ['s', 'l'] } } },
        },
      },
      passing: { ...FREE, steps: [command('migrate'), command('roll out')] },
      failing: { ...FREE, steps: [command('migrate'), command('smoke test', { outcome: 'fail', log: 'GET /health 502\nexpected 200, got 502' })] },
      stopped: FREE,
      skipped: FREE,
      idle: { ...FREE, steps: [command('roll out', { when: () => false })] },
      asking: { ...FREE, steps: [command('check'), { type: 'block', label: 'Migrate database?' }, command('roll out')] },
    });
  });
  afterAll(() => acme.end());

  async function started(service: string): Promise<{ pull: PullRequest; deploy: Deploy }> {
    const pull = await acme.pull();
    return { pull, deploy: await acme.ann.asks(pull, `/deploy ${service} to staging`) };
  }

  it('passed: what is live, how long it took, where to see it', async () => {
    const { pull, deploy } = await started('passing');
    const ends = await deploy.ends(`\`${pull.sha.slice(0, 7)}\``, 'took', 'build 1', 'staging.acme.test');
    expect(ends.github).toContain('### ✅');
    expect(ends.slack).toContain(`✅ ${pull.sha.slice(0, 7)} of passing is live on staging`);
    expect(await deploy.comment?.reacted('rocket')).toEqual(['eyes', 'rocket']);
    // The card may say so a moment before the environment knows that the turn is over.
    const live = await acme.eve.learns('what passing staging', `\`${pull.sha.slice(0, 7)}\` since`);
    expect(live).toMatch(new RegExp(`since .* \\(\`${deploy.code}\`\\)`));
    await deploy.threadSays('✅');
  });

  it('failed: at which step, with the end of its log, and how to go on', async () => {
    const { deploy } = await started('failing');
    const ends = await deploy.ends('❌ Deploy of', 'expected 200, got 502', `/deploy retry ${deploy.code}`, 'staging may be half set up');
    expect(ends.github).toContain('failed at *smoke test*');
    expect(ends.github).toMatch(/```text\n[^`]*GET \/health 502\n[^`]*```/);
    expect(ends.slack).toContain('❌ Deploy of failing → staging failed at smoke test');
    expect(await deploy.comment?.reacted('-1')).toEqual(['eyes', '-1']);
    expect(await acme.eve.types('what failing staging')).toContain('nothing yet');
  });

  it('refused by Buildkite: nothing was built, and its own words say why', async () => {
    acme.world.buildkite.fault({
      method: 'POST',
      path: /\/pipelines\/refused\/builds$/,
      times: 1,
      effect: { kind: 'status', status: 422, body: { message: 'Branch is not allowed by this pipeline' } },
    });
    const pull = await acme.pull();
    const first = await acme.ann.asks(pull, '/deploy refused to staging size=l');
    const ends = await first.ends('❌ Buildkite refused the build', 'Branch is not allowed by this pipeline', `/deploy retry ${first.code}`);
    expect(ends.slack).toContain('Nothing was built.');
    expect(await first.comment?.reacted('-1')).toEqual(['eyes', '-1']);
    expect(acme.builds('refused')).toEqual([]);
    // Tried again, with the same parameters.
    const second = await acme.ann.asks(pull, `/deploy retry ${first.code}`);
    await second.ends('✅', 'is live on staging', 'migrate=no', 'size=l');
    expect(acme.builds('refused').map(({ env }) => env)).toMatchObject([{ COUNTERSIGN_PARAM_SIZE: 'l', COUNTERSIGN_PARAM_MIGRATE: 'no' }]);
  });

  it('cancelled at Buildkite by hand: told as interrupted from outside', async () => {
    acme.world.buildkite.hold('stopped');
    const { deploy } = await started('stopped');
    await deploy.bothShow('🚚 Deploying');
    acme.world.buildkite.cancelInUi('stopped', (await acme.build('stopped')).number);
    const ends = await deploy.ends('⚠️ Interrupted from outside', 'build 1 was cancelled in Buildkite, not here.');
    expect(ends.github).toContain(`/deploy retry ${deploy.code}`);
    expect(await deploy.comment?.reacted('-1')).toEqual(['eyes', '-1']);
  });

  it('skipped by Buildkite: nothing was deployed', async () => {
    acme.world.buildkite.hold('skipped');
    const { deploy } = await started('skipped');
    await deploy.bothShow('🚚 Deploying');
    acme.world.buildkite.skip('skipped', (await acme.build('skipped')).number);
    const ends = await deploy.ends('⏭️ Skipped by Buildkite', 'Buildkite skipped build 1 for a newer one of its branch.');
    expect(ends.github).toContain('**Nothing was deployed.**');
    expect(await deploy.comment?.reacted('-1')).toEqual(['eyes', '-1']);
    expect(await acme.eve.types('what skipped staging')).toContain('nothing yet');
  });

  it('not run, since the pipeline had nothing to do: nothing was deployed', async () => {
    const { deploy } = await started('idle');
    const ends = await deploy.ends('⏭️ Not run', 'Buildkite did not run build 1');
    expect(ends.slack).toContain('*Nothing was deployed.*');
    expect(await deploy.comment?.reacted('-1')).toEqual(['eyes', '-1']);
  });

  it('blocked is no success: it waits for a person, holds the target, and goes on when unblocked', async () => {
    const { deploy } = await started('asking');
    const blocked = await deploy.bothShow('⏸ Build 1 waits at', 'Migrate database?', 'It is not deployed yet.');
    expect(blocked.github).toContain('until then nobody else can deploy there');
    expect(await deploy.comment?.reacted('eyes')).toEqual(['eyes']);
    await deploy.threadSays('<@U01ANN> ⏸');
    expect(await acme.eve.types('what asking staging')).toContain('nothing yet · 🚚');
    acme.world.buildkite.unblock('asking', 1);
    await deploy.ends('✅', 'is live on staging');
    expect(await deploy.comment?.reacted('rocket')).toEqual(['eyes', 'rocket']);
  });

  it('blocked and then cancelled from the card', async () => {
    const { deploy } = await started('asking');
    await deploy.bothShow('⏸ Build 2 waits at');
    expect(await acme.ann.clicks('cancel', deploy)).toContain('Buildkite was asked to cancel build 2');
    await deploy.ends('✖️ Cancelled while it was being built', 'Ann cancelled build 2.');
    expect(acme.builds('asking').map(({ state }) => state)).toEqual(['passed', 'canceled']);
  });
});
