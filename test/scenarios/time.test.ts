import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REPOSITORY } from '../../src/sim/world.ts';
import { ONE_SRE, TWO_GROUPS } from '../support/acme-config.ts';
import { eventually } from '../support/acme.ts';
import { openStories, type Stories } from '../support/stories.ts';

const SERVICES = {
  nudged: { environments: { production: { approvals: { ...TWO_GROUPS, remind: ['2s', '6s', '14s', '28s', '55s'] } } } },
  calm: { environments: { production: { approvals: { ...TWO_GROUPS, escalate: { after: '1h', to: 'oncall', may: 'approve' } } } } },
  called: { environments: { production: { approvals: { ...TWO_GROUPS, escalate: { after: '6s', to: 'oncall', may: 'approve' } } } } },
  extended: { environments: { production: { approvals: { ...ONE_SRE, expire: '1h' } } } },
  undone: { environments: { production: { may: { cancel: ['requester'] }, approvals: { ...ONE_SRE, undo: '60s' } } } },
  withdrawn: { environments: { production: { approvals: { ...ONE_SRE, undo: '60s' } } } },
  passing: { environments: { production: { approvals: { ...ONE_SRE, undo: '1s' } } } },
  office: { environments: { production: { approvals: { ...ONE_SRE, hours: { zone: 'Asia/Kolkata', from: '09:00', to: '17:30' } } } } },
  forgotten: { environments: { production: { approvals: { ...TWO_GROUPS, expire: '3s' } } } },
};

describe('time', () => {
  let acme: Stories;
  beforeAll(async () => {
    acme = await openStories(SERVICES, { groups: { oncall: ['Eve'] } });
  });
  afterAll(() => acme.end());

  const remindersOn = (number: number): readonly string[] =>
    acme.world.github
      .comments(REPOSITORY, number)
      .filter(({ body }) => body.includes('<!-- countersign-reminder:'))
      .map(({ body }) => body);

  it('reminds exactly those who are still missing: in the thread, and in one comment on the pull request', async () => {
    const pull = await acme.pull();
    const deploy = await acme.ann.asks(pull, '/deploy nudged to production');
    expect(await deploy.threadSays('still waits for your approval')).toMatch(/^⏰ <@U02BEA> <@U03CARL> <@U04DAN>: /);
    await acme.bea.clicks('approve', deploy);
    const second = await eventually('a reminder for Dan alone', () => deploy.thread().find((text) => text.startsWith('⏰ <@U04DAN>: ')));
    expect(second).toContain('1 of api-owners');
    const [comment] = await eventually('the comment for Dan', () => {
      const found = remindersOn(pull.number);
      return found.some((body) => body.startsWith('⏰ @dan: ')) && found;
    });
    expect(comment).toContain('Approve with `/approve`');
    expect(remindersOn(pull.number)).toHaveLength(1);
    await acme.dan.comments(pull, '/approve');
    await deploy.ends('✅', 'is live on production');
  });

  it('calls others when nobody answers, and lets one of them fill a place', async () => {
    const pull = await acme.pull();
    const deploy = await acme.ann.asks(pull, '/deploy called to production');
    await acme.bea.clicks('approve', deploy);
    const calm = await acme.ann.asks(pull, '/deploy calm to production');
    await calm.shows('slack', 'Approve calm');
    expect(await acme.eve.types(`approve ${calm.code}`)).toContain('production asks for *sre* or *api-owners*; you are in *oncall*.');
    expect(await deploy.threadSays('📣')).toContain('<@U05EVE>');
    await deploy.bothShow('one of them may fill one missing place', 'oncall');
    expect(await acme.eve.types(`approve ${deploy.code}`)).toContain('Counted: that was the last one.');
    const ends = await deploy.ends('✅', 'is live on production');
    expect(ends.github).toContain('Eve (oncall, in Slack)');
  });

  it('is given by `extend`, on both surfaces, within bounds and by those who may', async () => {
    const pull = await acme.pull();
    const deploy = await acme.ann.asks(pull, '/deploy extended to production');
    await deploy.shows('slack', 'Approve extended');
    expect(await acme.ann.types(`extend ${deploy.code} 2h`)).toBe(
      `2 h is more than it had at first: 1 h at a time is the most. Ask for it with \`/deploy extend ${deploy.code} 1h\`.`,
    );
    expect(await acme.eve.types(`extend ${deploy.code} 10m`)).toBe('Only the requester or the approvers may extend this request.');
    expect(await acme.ann.types(`extend ${deploy.code} 30m`)).toMatch(/^Extended by 30 min: it now expires at /);
    await deploy.bothShow('extended by 30 min, by Ann');
    const more = await acme.bea.comments(pull, '/deploy extend 15m');
    expect(await more.reacted('+1')).toEqual(['+1']);
    await deploy.bothShow('extended by 45 min, by Bea');
    await deploy.threadSays('Bea gave it 15 min more');
    await acme.bea.clicks('approve', deploy);
    await deploy.ends('✅', 'is live on production');
    const late = await acme.ann.comments(pull, `/deploy extend ${deploy.code} 15m`);
    expect(await late.reply()).toContain('This request was deployed');
  });

  it('is left to stop the start, by whoever could have approved it', async () => {
    const pull = await acme.pull();
    const deploy = await acme.ann.asks(pull, '/deploy undone to production');
    await deploy.shows('slack', 'Approve undone');
    expect(await acme.carl.types(`cancel ${deploy.code}`)).toContain('Only the requester may cancel it.');
    expect(await acme.bea.clicks('approve', deploy)).toBe('Counted: that was the last one. It starts in 1 min; until then its card can stop it.');
    await deploy.bothShow('✅ Approved', 'It starts at');
    expect(deploy.buttons()).toEqual(['cancel', 'details']);
    expect(await acme.carl.clicks('cancel', deploy)).toBe('Cancelled in the moment before its start. Nothing was built.');
    await deploy.ends('✖️ Cancelled by Carl', 'in the moment before its start');
    expect(acme.builds('undone')).toEqual([]);
  });

  it('is left to take the last approval back', async () => {
    const pull = await acme.pull();
    const deploy = await acme.ann.asks(pull, '/deploy withdrawn to production');
    await acme.bea.clicks('approve', deploy);
    await deploy.bothShow('✅ Approved');
    expect(await acme.bea.types(`withdraw ${deploy.code}`)).toBe('Withdrawn: 0 of 1 approvals left.');
    await deploy.bothShow('1 of');
    await eventually('the buttons', () => deploy.buttons().includes('approve'));
    expect(acme.builds('withdrawn')).toEqual([]);
  });

  it('passes, and then it starts by itself', async () => {
    const pull = await acme.pull();
    const deploy = await acme.ann.asks(pull, '/deploy passing to production');
    await acme.bea.clicks('approve', deploy);
    await deploy.ends('✅', 'is live on production');
    expect(acme.builds('passing')).toHaveLength(1);
  });

  it('is told by the clocks of the office, too', async () => {
    const pull = await acme.pull();
    const deploy = await acme.ann.asks(pull, '/deploy office to production');
    const { github } = await deploy.bothShow('in Asia/Kolkata · only Mon to Fri, 09:00 to 17:30, counts');
    expect(github).toMatch(/\d\d:\d\d UTC, in \d.* · (?:Mon|Tue|Wed|Thu|Fri) \d+ \w{3} \d\d:\d\d in Asia\/Kolkata/);
  });

  it('is up: the card says who was missing', async () => {
    const pull = await acme.pull();
    const deploy = await acme.ann.asks(pull, '/deploy forgotten to production');
    await deploy.ends('⌛ Expired', 'Missing: 1 of sre (Bea, Carl) and 1 of api-owners (Dan).');
    expect(acme.builds('forgotten')).toEqual([]);
  });
});
