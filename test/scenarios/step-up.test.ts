import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ONE_SRE, TWO_GROUPS } from '../support/acme-config.ts';
import { pushChecked } from '../support/pushes.ts';
import { openStories, type Stories } from '../support/stories.ts';

const stepUp = 'github';
const SERVICES = {
  sure: { environments: { production: { approvals: { ...ONE_SRE, stepUp } } } },
  both: { environments: { production: { approvals: { ...TWO_GROUPS, stepUp } } } },
  plain: { environments: { production: { approvals: { ...ONE_SRE, stepUp }, refs: ['default-branch'] } } },
  pushed: { environments: { production: { approvals: { ...ONE_SRE, stepUp } } } },
};

describe('where an approval has to be confirmed on GitHub', () => {
  let acme: Stories;
  beforeAll(async () => {
    acme = await openStories(SERVICES);
  });
  afterAll(() => acme.end());

  it('a click is recorded, shown as not yet counting, and counts once its owner says it on the pull request', async () => {
    const pull = await acme.pull();
    const deploy = await acme.ann.asks(pull, '/deploy sure to production');
    expect(await deploy.shows('slack', 'Approve sure')).toContain(
      `An approval counts once its owner has confirmed it on GitHub: \`/approve ${deploy.code}\``,
    );
    const answer = `Recorded, and it does not count yet: this environment wants it confirmed on GitHub. Comment \`/approve ${deploy.code}\` on #${pull.number}.`;
    expect(await acme.bea.clicks('approve', deploy)).toBe(answer);
    expect(await acme.bea.clicks('approve', deploy)).toBe(answer);
    expect(await deploy.shows('github', 'to be confirmed on GitHub')).toContain('⏳ Bea, in Slack');
    expect(acme.builds('sure')).toEqual([]);
    const vote = await acme.bea.comments(pull, `/approve ${deploy.code}`);
    expect(await vote.reacted('+1')).toEqual(['+1']);
    const ends = await deploy.ends('✅', 'is live on production');
    expect(ends.github).toContain('approved by Bea (sre, here)');
    expect(acme.builds('sure')).toHaveLength(1);
  });

  it("somebody else's confirmation is their own approval, and nobody else's; a rejection needs none", async () => {
    const pull = await acme.pull();
    const deploy = await acme.ann.asks(pull, '/deploy both to production');
    await acme.bea.clicks('approve', deploy);
    await acme.dan.comments(pull, '/approve');
    const half = await deploy.shows('slack', '✅ Dan for api-owners');
    expect(half).toContain('⏳ Bea, here');
    expect(half).toContain('1 of *sre*');
    expect(await acme.carl.rejects(deploy, 'not on a Friday')).toContain('Rejected:');
    await deploy.ends('🚫', 'not on a Friday');
    expect(acme.builds('both')).toEqual([]);
  });

  it('a request without a pull request is confirmed by its code on any pull request of the repository', async () => {
    const pull = await acme.pull();
    const deploy = await acme.ann.asksInSlack('plain to production');
    await deploy.shows('slack', 'Approve plain');
    expect(await acme.bea.clicks('approve', deploy)).toContain(`Comment \`/approve ${deploy.code}\` on any pull request of its repository.`);
    const vote = await acme.bea.comments(pull, `/approve ${deploy.code}`);
    expect(await vote.reacted('+1')).toEqual(['+1']);
    await deploy.shows('slack', 'is live on production');
    expect(acme.builds('plain')).toHaveLength(1);
  });

  it('a click can be taken back, and a push takes it away', async () => {
    const pull = await acme.pull();
    const deploy = await acme.ann.asks(pull, '/deploy pushed to production');
    await acme.bea.clicks('approve', deploy);
    expect(await acme.bea.types(`withdraw ${deploy.code}`)).toBe('Withdrawn: 0 of 1 approvals left.');
    await acme.bea.clicks('approve', deploy);
    await deploy.shows('github', 'to be confirmed on GitHub');
    await pushChecked(acme, pull, { by: 'ann', result: 'success' });
    expect(await deploy.shows('github', 'rev 2')).not.toContain('to be confirmed');
  });
});
