// The playground as a newcomer uses it: the real product, a real Temporal, simulated platforms, a real browser.
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startPlayground } from '../../src/sim/playground/server.ts';
import { freePorts, startProduct, type Product } from '../../src/sim/product.ts';
import { PIPELINE, startWorld } from '../../src/sim/world.ts';
import { registerSearchAttributes } from '../../src/temporal/bootstrap.ts';
import { BUSY_SLACK_MS } from '../support/acme.ts';

const CHROMIUM = [process.env['CHROMIUM_PATH'] ?? '', '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => path !== '' && existsSync(path),
);
if (CHROMIUM === undefined) {
  process.stdout.write('SKIPPED: the playground in a browser. No Chromium was found; set CHROMIUM_PATH to one.\n');
}
const QUIET = ['disable-gpu', 'disable-quic', 'no-first-run', 'disable-background-networking', 'disable-component-update', 'disable-sync'];
const RETENTION_S = 30 * 86_400;
const IS_THERE = [() => true, () => false] as const;

describe.skipIf(CHROMIUM === undefined)('the playground', { timeout: 240_000 }, () => {
  const cleanUp: (() => Promise<unknown>)[] = [];
  /** What the browser complained about; a page without problems has none. */
  const complaints: string[] = [];
  let world: Awaited<ReturnType<typeof startWorld>>;
  let page: Page;

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'countersign-playground-'));
    cleanUp.unshift(() => rm(folder, { recursive: true, force: true }));
    const address = inject('temporalAddress');
    const namespace = `playground-${randomUUID().slice(0, 8)}`;
    const connection = await Connection.connect({ address });
    cleanUp.unshift(() => connection.close());
    await registerNamespace(connection, namespace);
    await registerSearchAttributes(address, namespace);
    const ports = await freePorts();
    const attestAt = `http://127.0.0.1:${ports.web}`;
    world = await startWorld({ folder, attestAt, slack: { answerWithinMs: BUSY_SLACK_MS } });
    cleanUp.unshift(() => world.close());
    const env = { PATH: process.env['PATH'] ?? '', ...world.env, PUBLIC_URL: attestAt, TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace };
    const start = (): Promise<Product> => startProduct({ env, ports });
    let product = await start();
    cleanUp.unshift(() => product.kill());
    world.connect(product.url);
    const restart = async (): Promise<void> => {
      await product.kill();
      product = await start();
    };
    const client = new Client({ connection, namespace });
    const playground = await startPlayground({
      world,
      client,
      temporalUi: 'http://127.0.0.1:8233/workflows',
      opsUrl: product.opsUrl,
      restart,
      pace: 1,
    });
    cleanUp.unshift(() => playground.close());
    const browser = await launch();
    cleanUp.unshift(() => browser.close());
    page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.setDefaultTimeout(60_000);
    await page.goto(playground.url);
  });
  afterAll(async () => {
    for (const end of cleanUp) await end();
  });

  const become = (name: string): Promise<void> => page.getByRole('radio', { name: new RegExp(`^${name}`) }).check({ force: true });
  const writes = async (text: string, button: string): Promise<void> => {
    const before = world.github.deliveries.length;
    await page.getByLabel('Comment as').fill(text);
    await page.getByRole('button', { name: button, exact: true }).click();
    await expect.poll(() => isHeard(before)).toBe(true);
  };
  const comment = (text: string): Promise<void> => writes(text, 'Comment');
  /** What the product was too busy for is sent again, as GitHub does for whoever asks. */
  async function isHeard(before: number): Promise<boolean> {
    const since = world.github.deliveries.slice(before).filter(({ event }) => event === 'issue_comment' || event === 'pull_request_review');
    const [sent] = since;
    if (sent !== undefined && since.every(({ statusCode }) => statusCode !== 200)) await world.github.redeliver(sent.guid);
    return since.some(({ statusCode }) => statusCode === 200);
  }
  const slack = (): Locator => page.locator('#slack-flow');
  const pull = (): Locator => page.locator('#pull-flow');
  const backstage = (): Locator => page.locator('#backstage-flow');
  /** Acts until the words are there; again where the answer asks for that. */
  async function until(words: Locator, where: Locator, act: () => Promise<void>): Promise<void> {
    const again = where.getByText(/(?:try|click) again in a minute/i);
    for (let times = 1; times <= 5; times += 1) {
      const before = await again.count();
      await act();
      await words.or(again.nth(before)).first().waitFor();
      // Where nobody could say whether it arrived, it may have.
      if (await words.waitFor({ timeout: 8_000 }).then(...IS_THERE)) return;
    }
    throw new Error('asked to try again five times');
  }
  const approve = async (): Promise<void> => {
    await slack().getByRole('button', { name: 'Approve' }).click();
    const question = page.getByRole('dialog', { name: 'Approve for production?' });
    expect(await question.textContent()).toContain(world.github.sha('acme/api', 'fix-retry-loop'));
    await question.getByRole('button', { name: 'Approve' }).click();
  };

  it('lets Ann ask on the pull request, Bea approve in Slack and Dan on the pull request, and shows one build', async () => {
    await become('Ann');
    await comment('/deploy api to production');
    await pull().getByText('Waiting for approval').waitFor();
    await become('Bea');
    await until(slack().getByText('Counted: 1 of 2'), slack(), approve);
    await become('Carl');
    await slack().getByText('Counted: 1 of 2').waitFor({ state: 'detached' });
    await become('Dan');
    await until(slack().getByRole('heading', { name: 'is live on production' }), pull(), () => comment('/approve'));
    await pull().getByRole('heading', { name: 'is live on production' }).waitFor();
    expect(world.buildkite.builds(PIPELINE).map(({ state }) => state)).toEqual(['passed']);
    await expect.poll(() => slack().getByRole('button', { name: 'Approve' }).count()).toBe(0);
  });

  it('tells from the history who asked, who approved and that it was built', async () => {
    const log = backstage().getByRole('region', { name: 'Decision log' });
    for (const words of [
      'ann asks for api → production',
      'bea approves in Slack: counted, 1 of 2',
      'dan approves on the pull request: counted, 2 of 2',
      'Build #1 asks with its own token: yes',
      'Build #1 passed',
    ])
      await log.getByText(words).waitFor();
    expect(await log.getByRole('link', { name: 'history in Temporal' }).getAttribute('href')).toMatch(/\/deploy%3Agithub%3A\d+%3A\d+\/.+\/history$/);
  });

  it('leads from the card on the pull request to the one in Slack, not out of the demo', async () => {
    await pull().getByRole('link', { name: 'in Slack' }).first().click();
    await slack().locator('[data-found]').getByText('is live on production').first().waitFor();
    await pull().locator('a[href*="/commit/"]').first().click();
    await page.getByRole('status').getByText('Outside the demo this leads to').waitFor();
    expect(page.context().pages()).toHaveLength(1);
  });

  it('deploys to staging from Slack, where nobody has to approve', async () => {
    await page.getByLabel('Slash command').fill('/deploy api to staging');
    await page.keyboard.press('Enter');
    await slack().getByRole('heading', { name: 'is live on staging' }).waitFor();
    expect(world.buildkite.builds(PIPELINE).map(({ commit }) => commit)).toContain(world.github.sha('acme/api', 'main'));
  });

  it('lets Carl reject with a reason, which the modal asks for', async () => {
    await become('Ann');
    await comment('/deploy api to production');
    await become('Carl');
    await slack().getByRole('button', { name: 'Reject' }).click();
    const modal = page.getByRole('dialog', { name: 'Reject this deploy' });
    await modal.getByLabel('Why?').fill('not before the <b>release</b>');
    await modal.getByRole('button', { name: 'Reject' }).click();
    await pull().getByText('not before the <b>release</b>').first().waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => modal.isVisible()).toBe(false);
  });

  it('lets Ann fill in a form that says who must approve, and Bea approve on her home tab', async () => {
    const deployed = world.buildkite.builds(PIPELINE).length;
    await become('Ann');
    await page.getByLabel('Slash command').fill('/deploy');
    await page.keyboard.press('Enter');
    const form = page.getByRole('dialog', { name: 'Ask for a deploy' });
    await form.getByText("nobody's approval").waitFor();
    await form.getByLabel('Environment').selectOption('production');
    await form.getByText('1 of sre (Bea, Carl) · 1 of api-owners (Dan) · never you').waitFor();
    await form.getByLabel('Branch, tag or commit').fill('fix-retry-loop');
    await form.getByLabel('migrate').selectOption('yes');
    await form.getByRole('button', { name: 'Ask for approval' }).click();
    const answer = page.getByRole('dialog', { name: 'Countersign', exact: true });
    await answer.getByText('Asked for: api → production').waitFor();
    await page.keyboard.press('Escape');
    await slack().getByText('migrate=yes').first().waitFor();
    await become('Bea');
    await page.getByRole('button', { name: 'Home', exact: true }).click();
    await slack().getByRole('heading', { name: 'What waits for you' }).waitFor();
    await slack().getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('dialog', { name: 'Approve for production?' }).getByRole('button', { name: 'Approve' }).click();
    await answer.getByText('Counted: 1 of 2').waitFor();
    await answer.getByRole('button', { name: 'Close' }).click();
    await slack().getByText('Nothing. When somebody asks for your approval').waitFor();
    await page.getByRole('button', { name: '#pay' }).click();
    await become('Ann');
    await slack().getByRole('button', { name: 'Cancel', exact: true }).click();
    await slack().getByRole('heading', { name: 'Cancelled by Ann' }).waitFor();
    expect(world.buildkite.builds(PIPELINE)).toHaveLength(deployed);
  });

  it('goes on where it was after a kill', async () => {
    await become('Ann');
    await comment('/deploy api to production');
    await slack().getByRole('button', { name: 'Approve' }).waitFor();
    await backstage().getByRole('button', { name: 'Kill Countersign' }).click();
    await page.getByRole('status').getByText('started again').waitFor();
    await become('Bea');
    await until(slack().getByText('Counted: 1 of 2').nth(1), slack(), approve);
    expect(world.buildkite.builds(PIPELINE)).toHaveLength(2);
  });

  it('tells Dan that approving the code is no approval of the deploy, and shows check run and deployment', async () => {
    await become('Dan');
    await page.getByRole('button', { name: 'Approve the code' }).click();
    await pull().getByText('A review is not the deploy approval').waitFor();
    await pull().getByRole('article', { name: 'Review by dan' }).getByText('approved the code').waitFor();
    const checks = pull().getByRole('list', { name: 'Checks' });
    await checks.getByText('countersign/api-production').waitFor();
    await until(pull().getByText('@dan Counted: that was the last one.'), pull(), () => writes('/approve', 'Submit as review'));
    await checks.getByText('live on production since').waitFor();
    const deployments = pull().getByRole('list', { name: 'Deployments' });
    await deployments.getByText('success').first().waitFor();
    expect(await deployments.textContent()).toContain('production');
  });

  it('tells the channel of a build that Sly started by hand, which was told no and deployed nothing; and what the limiter counts', async () => {
    await become('Sly');
    await backstage().getByRole('button', { name: 'Start a build by hand' }).click();
    const newest = backstage().getByRole('region', { name: 'Builds' }).getByRole('article').first();
    await newest.getByText('no, this is not the approved build (no-request)').waitFor();
    await slack().getByRole('heading', { name: 'Not approved: build 4 of api-deploy ended as failed' }).waitFor();
    await slack().getByText('Sly, in Buildkite').waitFor();
    const quota = backstage().getByRole('region', { name: 'quota' });
    await quota.getByText('counts locally, in its one process').waitFor();
    await expect.poll(() => quota.getByRole('row', { name: /^create 40 % [1-9]\d* open$/ }).count()).toBe(1);
  });

  it('asks somebody of sre in a form when a build waits at a block step, and never Ann, who asked for the deploy', async () => {
    await backstage().getByRole('button', { name: 'Builds ask a person' }).click();
    await become('Ann');
    await comment('/deploy api to production');
    await become('Bea');
    await until(slack().getByText('Counted: 1 of 2').nth(2), slack(), approve);
    await become('Dan');
    await until(slack().getByRole('button', { name: 'Fill in and approve' }), pull(), () => comment('/approve'));
    await become('Ann');
    await slack().getByRole('button', { name: 'Fill in and approve' }).click();
    const form = page.getByRole('dialog', { name: 'Let the build go on' });
    await form.getByRole('button', { name: 'Approve' }).click();
    const answer = page.getByRole('dialog', { name: 'Countersign', exact: true });
    await answer.getByText("You asked for this deploy, so your approval can't count.").waitFor();
    await answer.getByRole('button', { name: 'Close' }).click();
    await expect.poll(() => answer.isVisible()).toBe(false);
    await become('Carl');
    await slack().getByRole('button', { name: 'Fill in and approve' }).click();
    await form.getByLabel('Longest wait for writes').selectOption({ label: '1 minute' });
    await form.getByLabel('Note for the shift (optional)').fill('all quiet');
    await form.getByRole('button', { name: 'Approve' }).click();
    await answer.getByText('Counted: that was the last one.').waitFor();
    await answer.getByRole('button', { name: 'Close' }).click();
    await slack().getByText('filled in by Carl').waitFor();
    const build = world.buildkite.builds(PIPELINE).at(-1);
    await expect.poll(() => build?.metaData).toMatchObject({ 'lock-timeout': '1m', note: 'all quiet' });
    expect(build?.jobs.find(({ step }) => step.type === 'block')?.unblockedBy?.name).toBe('Carl');
  });

  it('shows one column at a time on a narrow screen', async () => {
    await page.setViewportSize({ width: 420, height: 800 });
    await page.getByRole('tab', { name: 'Slack' }).press('ArrowRight');
    await pull().waitFor();
    expect([await pull().isVisible(), await slack().isVisible()]).toEqual([true, false]);
    const isWider = await page.locator('body').evaluate((body: { scrollWidth: number; clientWidth: number }) => body.scrollWidth > body.clientWidth);
    expect(isWider).toBe(false);
  });

  it('gives the browser nothing to complain about', () => {
    expect(complaints).toEqual([]);
  });
});

async function registerNamespace(connection: Connection, namespace: string): Promise<void> {
  const seconds = RETENTION_S as never; // protobufjs takes numbers for 64-bit fields at run time; its typings ask for Long.
  await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: { seconds } });
}

function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM ?? '', args: ['headless', 'no-sandbox', ...QUIET].map((flag) => `--${flag}`) });
}
