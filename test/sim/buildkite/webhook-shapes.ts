// What webhooks of Buildkite look like: the objects of the API, with less in them and times written the old way.
import { z } from 'zod';
import { bareBuild, Job, Organization, Pipeline } from './shapes.ts';

const sender = z.strictObject({ id: z.uuid(), name: z.string() });
const BUILD = z.strictObject(bareBuild);
const ofBuild = z.strictObject({
  event: z.enum(['build.scheduled', 'build.running', 'build.failing', 'build.finished', 'build.skipped']),
  build: BUILD,
  pipeline: Pipeline,
  sender,
});
const ofJob = z.strictObject({
  event: z.enum(['job.scheduled', 'job.started', 'job.finished', 'job.activated']),
  build: BUILD,
  job: Job,
  pipeline: Pipeline,
  sender,
});
const ping = z.strictObject({
  event: z.literal('ping'),
  service: z.strictObject({ id: z.uuid(), provider: z.literal('webhook'), settings: z.strictObject({ url: z.url() }) }),
  organization: Organization,
  sender,
});
const WEBHOOK = z.discriminatedUnion('event', [ofBuild, ofJob, ping]);

const OLD_TIME = /"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC"/g;

/** What is wrong with the body of a webhook; null: nothing. */
export function misshapenWebhook(body: string): string | null {
  if (/"\d{4}-\d\d-\d\dT/.test(body)) return 'a time as only the API writes it';
  const result = WEBHOOK.safeParse(JSON.parse(body.replaceAll(OLD_TIME, '"$1T$2.000Z"')));
  return result.success ? null : z.prettifyError(result.error);
}
