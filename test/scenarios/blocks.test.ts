// Builds that wait at block steps, through the front doors: of a pipeline that the configuration names, and of our own.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blockId } from '../../workflows/block-contract.ts';
import { deployCode } from '../../src/ids.ts';
import { ACTIONS } from '../../src/render/actions.ts';
import { BLOCK_MODAL, fieldAction } from '../../src/render/block-form.ts';
import { REPOSITORY } from '../../src/sim/world.ts';
import { eventually } from '../support/acme.ts';
import { ONE_SRE } from '../support/acme-config.ts';
import { answerIn } from '../support/actors.ts';
import { readableMarkdown, readableSlack } from '../support/readable.ts';
import { openStories, type Stories } from '../support/stories.ts';

const CHANNEL = 'C0RELEASES';
const GO = { type: 'command', label: 'release', durationMs: 300 } as const;
const FIELDS = [
  { key: 'release-name', text: 'Name of the release' },
  { key: 'stream', select: 'Stream', required: false, default: 'beta', options: [{ label: 'Beta', value: 'beta' }] },
];
const ANN = { name: 'Ann', email: 'ann@acme.test' };
const BOT = { name: 'ci-bot', email: 'bot@elsewhere.test' };

describe('a build that waits at a block step', () => {
  let acme: Stories;
  beforeAll(async () => {
    const own = { environments: { production: { approvals: ONE_SRE, blocks: { onExpire: 'cancel' } } } };
    const steps = [
      { type: 'command', label: 'canary', durationMs: 200 },
      { type: 'block', label: 'Everybody?', key: 'everybody', prompt: 'Is the canary fine?' },
      { type: 'command', label: 'roll out', durationMs: 200 },
    ] as const;
    const release = {
      repo: REPOSITORY,
      blocks: {
        channel: CHANNEL,
        approvals: { group: 'release', count: 2 },
        onExpire: 'cancel',
        steps: { stale: { approvals: { group: 'release', expire: '1s' } } },
      },
    };
    acme = await openStories(
      { rolling: { ...own, steps } },
      {
        groups: { release: ['Ann', 'Bea', 'Carl', 'Dan'] },
        atBuildkite: { addresses: { Ann: ANN.email, Bea: 'bea@acme.test', Carl: 'Carl@acme.test' }, pipelines: { 'api-release': release } },
      },
    );
    const { slack, buildkite } = acme.world;
    slack.addChannel({ id: CHANNEL, name: 'releases' });
    for (const person of [ANN, BOT, { name: 'Carl', email: 'carl@acme.test' }]) buildkite.addUser(person);
    buildkite.addPipeline({ slug: 'api-release', steps: [{ type: 'block', label: 'Release?', key: 'release', fields: FIELDS }, GO] });
  });
  afterAll(() => acme.end());

  const codeOf = (pipeline: string, number: number): string => deployCode(blockId('acme', acme.world.buildkite.build(pipeline, number).id));
  const started = (by: typeof ANN, branch = 'main'): number =>
    acme.world.buildkite.buildInUi('api-release', { commit: acme.world.github.sha(REPOSITORY, 'main'), branch, message: 'Release it', by });
  const cardOf = (
    code: string,
    words: string,
    channel = CHANNEL,
  ): Promise<{ readonly ts: string; readonly text: string; readonly buttons: readonly unknown[] }> =>
    eventually(`the card of ${code} with "${words}"`, () => {
      const message = acme.world.slack
        .messages(channel)
        .findLast(({ blocks, threadTs }) => threadTs === null && JSON.stringify(blocks).includes(code));
      const text = message === undefined ? '' : readableSlack(message);
      return message !== undefined && text.includes(words)
        ? { ts: message.ts, text, buttons: message.blocks.filter(({ type }) => type === 'actions') }
        : undefined;
    });
  /** Opens the form of the step and sends it; answers what stands in its place then, or the remarks at its fields. */
  const fills = async (user: string, ts: string, values: Readonly<Record<string, string>>): Promise<unknown> => {
    const { slack } = acme.world;
    await slack.click(user, ts, ACTIONS.fill);
    const form = await eventually('the form', () => slack.views(user).find(({ content }) => content['callback_id'] === BLOCK_MODAL));
    const sent = await slack.submit(user, form.id, Object.fromEntries(Object.entries(values).map(([key, value]) => [fieldAction(key), value])));
    if (Object.keys(sent.errors).length > 0) return sent.errors;
    const answer = await answerIn(acme, user, form.id);
    slack.dismiss(user, form.id);
    return answer;
  };

  it('goes on with what two people signed in the form, and never by whoever started it', async () => {
    const { buildkite, slack } = acme.world;
    const number = started(ANN);
    const code = codeOf('api-release', number);
    const { ts, text } = await cardOf(code, 'waits at');
    expect(text).toContain('2 of *release* (<@U02BEA> <@U03CARL> <@U04DAN>) · not Ann');
    expect(text).toContain('Name of the release: to be filled in · Stream: `Beta`');

    expect(await acme.ann.types(`approve ${code}`)).toContain(`You started build ${number}, or wrote what it builds`);
    expect(await acme.eve.types(`approve ${code}`)).toContain('api-release asks for *release*');
    expect(await acme.bea.types(`approve ${code}`)).toContain('*Name of the release* needs one line of text');
    expect(await fills('U02BEA', ts, { 'release-name': 'Ada\u202e' })).toEqual({
      'release-name': 'Name of the release needs one line of text, at most 500 characters.',
    });
    slack.dismiss('U02BEA', slack.views('U02BEA').at(-1)?.id ?? '');
    expect(await fills('U02BEA', ts, { 'release-name': 'Ada' })).toContain('Counted: 1 of 2');
    expect(buildkite.build('api-release', number).blocked).toBe(true);

    expect((await cardOf(code, 'filled in by Bea')).text).toContain('Name of the release: `Ada` · Stream: `Beta`');
    expect(await acme.carl.types(`approve ${code}`)).toContain('that was the last one');
    const end = await cardOf(code, 'goes on after');
    expect(end.text).toContain('in Buildkite *Carl* unblocked it');
    expect(end.buttons).toEqual([]);
    const build = buildkite.build('api-release', number);
    expect(build.metaData).toEqual({ 'release-name': 'Ada', stream: 'beta' });
    expect(build.jobs[0]?.unblockedBy?.email).toBe('carl@acme.test');
    await eventually('the build to pass', () => build.state === 'passed' && !build.blocked);
    expect(await acme.dan.types(`approve ${code}`)).toContain('That step was approved');
  });

  it('takes only people who can be told from whoever started it, where nobody knows who that is', async () => {
    const code = codeOf('api-release', started(BOT));
    const { ts } = await cardOf(code, "I don't know who ci-bot is");
    expect(await acme.dan.types(`reject ${code} not today`)).toContain("I don't know your Buildkite account either");
    await acme.world.slack.click('U03CARL', ts, ACTIONS.reject);
    const modal = await eventually('the modal', () => acme.world.slack.views('U03CARL').at(-1));
    await acme.world.slack.submit('U03CARL', modal.id, { text: 'not today' });
    expect((await cardOf(code, 'rejected')).text).toContain('not today');
    await eventually('the end of the build', () => acme.world.buildkite.builds('api-release').at(-1)?.state === 'canceled');
  });

  it('of a pipeline that nobody named is none of our business', async () => {
    const { buildkite, slack } = acme.world;
    buildkite.addPipeline({ slug: 'unnamed', steps: [{ type: 'block', label: 'Go?' }, GO] });
    const number = buildkite.buildInUi('unnamed', { commit: 'HEAD', branch: 'main', by: ANN });
    const named = started(ANN);
    await cardOf(codeOf('api-release', named), 'waits at');
    expect(JSON.stringify([...slack.messages(CHANNEL), ...slack.messages('C0DEPLOYS')])).not.toContain(codeOf('unnamed', number));
    buildkite.cancelInUi('api-release', named);
    expect((await cardOf(codeOf('api-release', named), 'does not wait any more')).buttons).toEqual([]);
  });

  it('is told when somebody unblocks it in Buildkite, and closed', async () => {
    const number = started(ANN);
    const code = codeOf('api-release', number);
    await cardOf(code, 'waits at');
    acme.world.buildkite.unblock('api-release', number, { by: { name: 'Dora', email: 'dora@acme.test' } });
    const { text, buttons } = await cardOf(code, 'was unblocked in Buildkite');
    expect(text).toContain('Dora unblocked it there');
    expect(buttons).toEqual([]);
  });

  it('is cancelled when nobody approves it in time, where the policy says so', async () => {
    acme.world.buildkite.changeSteps('api-release', [{ type: 'block', label: 'Stale?', key: 'stale' }, GO]);
    const number = started(ANN);
    const code = codeOf('api-release', number);
    expect((await cardOf(code, '⌛')).text).toContain('as its policy says');
    await eventually('the end of the build', () => acme.world.buildkite.build('api-release', number).state === 'canceled');
  });

  it('of our own keeps its turn until somebody else lets it go on, by /approve on the pull request', async () => {
    const pull = await acme.pull();
    const deploy = await acme.ann.asks(pull, '/deploy rolling to production');
    await deploy.shows('slack', 'Approve rolling');
    await acme.bea.clicks('approve', deploy);
    const build = await acme.build('rolling');
    const code = deployCode(blockId('acme', build.id));
    await deploy.shows('github', 'A message of its own asks who lets it go on');
    const comment = await eventually('the comment', () =>
      acme.world.github
        .comments(REPOSITORY, pull.number)
        .map(({ body }) => readableMarkdown(body))
        .find((body) => body.includes(code)),
    );
    expect(comment).toContain('**It asks:** *Is the canary fine?*');
    expect(await acme.bea.types(`cancel ${code}`)).toContain('it can be approved, rejected, or an approval withdrawn');
    expect(await acme.bea.types(`why ${code}`)).toContain('I know no request');
    // What visibility lists lags behind what is told: until then, the words are taken for the deploy's.
    await eventually('the refusal', async () =>
      (await (await acme.ann.comments(pull, '/approve')).reply()).includes("You asked for this deploy, so your approval can't count."),
    );
    expect(await (await acme.carl.comments(pull, `/approve ${code}`)).reacted('+1')).toContain('+1');
    await deploy.bothShow('is live on production');
    expect(build.jobs[1]?.unblockedBy?.email).toBe('carl@acme.test');
    expect(acme.builds('rolling')).toHaveLength(1);
    expect(await acme.ann.types(`status ${code}`)).toContain('goes on after');
  });

  it('of our own is stopped by whoever may approve it, and its request says so', async () => {
    const pull = await acme.pull();
    const deploy = await acme.ann.asks(pull, '/deploy rolling to production');
    await deploy.shows('slack', 'Approve rolling');
    await acme.bea.clicks('approve', deploy);
    await deploy.shows('slack', 'A message of its own asks who lets it go on');
    // As above.
    await eventually('the rejection', async () =>
      /Rejected: build \d+ does not go on after “Everybody\?”/.test(await acme.carl.types(`reject ${deploy.code} the canary is sick`)),
    );
    const { github } = await deploy.bothShow('Stopped at', 'which Carl rejected');
    expect(github).toContain('the canary is sick');
  });
});
