import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { slackDeployId } from '../../workflows/contract.ts';
import { deployCode } from '../../src/ids.ts';
import { eventually } from '../support/acme.ts';
import { TWO_GROUPS } from '../support/acme-config.ts';
import { openStories, type Stories } from '../support/stories.ts';
import { viewerOf, type Viewer } from '../support/views-in-slack.ts';

const SERVICE = 'countersign:form-service';
const ENVIRONMENT = 'countersign:form-environment';
const REF = 'countersign:form-ref';
const MIGRATE = 'countersign:form-parameter:migrate';

describe('/deploy without words', () => {
  let acme: Stories;
  let ann: Viewer;
  beforeAll(async () => {
    const shop = {
      environments: {
        staging: { approvals: 'none' },
        production: {
          approvals: { ...TWO_GROUPS, expire: '2h' },
          gates: { review: false, after: { staging: '30m' }, checks: ['unit'] },
          parameters: { migrate: { choices: ['yes', 'no'], default: 'no' } },
        },
        canary: { approvals: { group: 'sre', count: 2 }, gates: { checks: 'all' }, parameters: { migrate: { choices: ['yes', 'no'] } } },
      },
    };
    const low = { any: [{ group: 'sre' }, { auto: 'docs-only', when: { onlyFiles: ['docs/**'] } }], exclude: ['commit-authors'] };
    const office = { environments: { staging: { approvals: 'none' } } };
    acme = await openStories({ shop, office, library: { environments: { production: { approvals: low } } } });
    await acme.wasDeployed('library');
    ann = viewerOf(acme, 'ann');
  });
  afterAll(() => acme.end());

  const idOf = (view: string): string => slackDeployId('T01ACME', view);

  it('opens a form that asks for the service first', async () => {
    await ann.opensForm();
    expect(Object.keys(ann.fields())).toEqual(['service']);
    expect(ann.fields()['service']?.options).toEqual(['shop', 'office', 'library']);
    expect(await ann.sees()).toContain('Choose a service, and see here who must approve');
    ann.closes();
  });

  it('knows which service is meant in a channel where only one speaks', async () => {
    await ann.opensForm('C0SHOP');
    await ann.sees('*Live there now* ❓ not known: nobody has asked for a deploy there yet');
    expect(ann.fields()).toMatchObject({
      service: { value: 'shop' },
      environment: { value: 'staging', options: ['staging', 'production', 'canary'] },
    });
    ann.closes();
  });

  it('shows who must approve, what is asked and until when for what is chosen, as it is chosen', async () => {
    await ann.opensForm();
    await ann.chooses(SERVICE, 'shop');
    await ann.sees('`shop` → *staging*', "*Needs* nobody's approval");
    await ann.chooses(ENVIRONMENT, 'production');
    const production = await ann.sees('`shop` → *production*', '1 of *sre* (Bea, Carl) · 1 of *api-owners* (Dan) · never you');
    expect(production).toContain('*Asked of it* `unit` green · live on staging for 30 min before · from the default branch or a pull request');
    expect(production).toContain('*Expires* 2 h after it is asked for');
    expect(ann.fields()).toMatchObject({ 'parameter:migrate': { value: 'no', options: ['yes', 'no'] } });
    await ann.chooses(ENVIRONMENT, 'canary');
    await ann.sees('`shop` → *canary*', '2 of *sre* (Bea, Carl)');
    // Another environment, another parameter: without a default nothing is chosen.
    expect(ann.fields()['parameter:migrate']?.value).toBe('');
    ann.closes();
  });

  it('judges a rule that hangs on what changes for the commit that is chosen, and says for which', async () => {
    const code = await acme.pull({ by: 'bea', files: ['src/a.ts'] });
    const docs = await acme.pull({ files: ['docs/a.md'] });
    await ann.opensForm('C0LIBRARY');
    // Whoever looks at a form starts nothing: what is live is not known before somebody has asked.
    await ann.sees('➖ not by the rule *docs-only*: something live to compare with (❓');
    ann.closes();
    await acme.ann.types('plan library to production');
    await acme.ann.isTold('📋 Plan');
    await ann.opensForm('C0LIBRARY');
    await ann.sees('`library` → *production*', '➖ not by the rule *docs-only*: changes in `docs/**` only (no changed file)');
    await ann.chooses(REF, code.branch);
    const asked = await ann.sees(`for \`${code.sha.slice(0, 7)}\` Change`, ', as it is now');
    expect(asked).toContain('*Needs* 1 of *sre* (Carl)');
    expect(asked).toContain('➖ not by the rule *docs-only*: changes in `docs/**` only (`src/a.ts`)');
    await ann.chooses(REF, docs.branch);
    expect(await ann.sees(`for \`${docs.sha.slice(0, 7)}\` Change`)).toContain('✅ the rule *docs-only*');
    await ann.chooses(REF, 'no-such-branch');
    await ann.sees('parts of it hang on what changes: the card says which apply');
    expect(acme.builds('library')).toHaveLength(1);
    ann.closes();
  });

  it('leaves whoever asks out of those who may approve', async () => {
    const bea = viewerOf(acme, 'bea');
    await bea.opensForm('C0SHOP');
    await bea.chooses(ENVIRONMENT, 'production');
    expect(await bea.sees('`shop` → *production*', '1 of *sre* (Carl)')).not.toContain('Bea');
    bea.closes();
  });

  it('tells a guest before anything is sent that the request would be refused', async () => {
    const gus = viewerOf(acme, 'gus');
    await gus.opensForm('C0SHOP');
    await gus.sees("⚠️ staging asks for a requester whose GitHub account I know; I don't know yours.");
    expect(gus.fields()['service']?.value).toBe('shop');
    gus.closes();
  });

  it('says at the field what can be no ref, and keeps what was filled in', async () => {
    await ann.opensForm('C0SHOP');
    const errors = await ann.sends({ [REF]: 'fix/../../etc <!channel>' });
    expect(errors).toEqual({ ref: 'fix/../../etc <!channel> is no name of a branch, tag or commit. Allowed are letters, digits and . _ / -' });
    expect(ann.fields()['ref']?.value).toBe('fix/../../etc <!channel>');
    ann.closes();
  });

  it('goes on with the rest of the form when it is sent before everything was there', async () => {
    const form = await ann.opensForm();
    // The list of environments comes with the service; whoever is quicker than it gets it as an answer.
    acme.world.slack.fault({
      method: 'POST',
      path: /views\.update/,
      times: 2,
      effect: { kind: 'status', status: 200, body: { ok: false, error: 'internal_error' } },
    });
    await ann.chooses(SERVICE, 'shop');
    expect(await ann.sends()).toEqual({});
    await ann.sees('`shop` → *staging*');
    expect(acme.world.slack.views('U01ANN').at(-1)?.id).toBe(form);
    ann.closes();
  });

  it('starts the request like a typed command, under the id of the form, with what was chosen', async () => {
    const form = await ann.opensForm('C0SHOP');
    await ann.chooses(ENVIRONMENT, 'canary');
    await ann.sees('`shop` → *canary*');
    expect(await ann.sends({ [REF]: 'main', [MIGRATE]: 'yes' })).toEqual({});
    const code = deployCode(idOf(form));
    await ann.sees(`Asked for: \`shop\` → canary, code \`${code}\`. Its card comes in <#C0SHOP>`);
    const deploy = acme.ann.finds(`\`${code}\``);
    const card = await deploy.shows('slack', 'Approve shop to canary?', '`migrate=yes`');
    expect(card).toContain('*Asked by*\nAnn, here');
    expect(await acme.bea.clicks('approve', deploy)).toBe('Counted: 1 of 2. Still needed: 1 of sre (Carl).');
    ann.closes();
  });

  it('is asked once, however often the form arrives', async () => {
    const form = await ann.opensForm('C0OFFICE');
    const before = await acme.requests();
    await ann.sends();
    const answers = await acme.world.slack.replay(4, 'parallel');
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const deploy = acme.ann.finds(`\`${deployCode(idOf(form))}\``);
    await deploy.shows('slack', 'is live on staging');
    expect(await acme.requests()).toBe(before + 1);
    expect(acme.builds('office')).toHaveLength(1);
    ann.closes();
  });

  it('says in the next form what is live now', async () => {
    const sha = acme.world.github.sha('acme/api', 'main').slice(0, 7);
    // The card may say so a moment before the environment knows that the turn is over.
    await eventually('the end of the turn', async () => (await acme.ann.types('what office staging')).includes(sha));
    await ann.opensForm('C0OFFICE');
    expect(await ann.sees(`*Live there now* \`${sha}\``)).not.toContain('not known');
    ann.closes();
  });

  it('tells a ref that is not there to whoever asked, and starts nothing', async () => {
    const builds = acme.builds('office').length;
    const form = await ann.opensForm('C0OFFICE');
    await ann.sends({ [REF]: 'no-such-branch' });
    await ann.sees(deployCode(idOf(form)));
    await acme.ann.isTold('no-such-branch');
    expect(acme.builds('office')).toHaveLength(builds);
    ann.closes();
  });

  it('can be typed where Slack does not open the form', async () => {
    acme.world.slack.fault({
      method: 'POST',
      path: /views\.open/,
      times: 1,
      effect: { kind: 'status', status: 200, body: { ok: false, error: 'expired_trigger_id' } },
    });
    await acme.world.slack.slash('U01ANN', 'C0DEPLOYS', '/deploy', '');
    const told = await acme.ann.isTold('Slack did not open the form.');
    expect(told).toContain('Try again, or type `/deploy <service> to <environment>`.');
  });
});
