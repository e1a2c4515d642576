// What a webhook says and how it proves where it comes from.
import { createHmac } from 'node:crypto';
import { bareBuildJson } from './build-objects.ts';
import type { BuildkiteEvent } from './engine.ts';
import { jobJson } from './job-objects.ts';
import { organizationJson, pipelineJson, type Json, type Wording } from './objects.ts';
import type { SimBuild, SimJob, SimState } from './state.ts';
import type { SimService } from './organization.ts';

export type WebhookEvent = BuildkiteEvent | 'ping';
export interface Happening {
  readonly event: BuildkiteEvent;
  readonly build: SimBuild;
  readonly job: SimJob | null;
}

export interface PayloadContext {
  readonly state: SimState;
  readonly wording: Wording;
}

/** The build comes without jobs and environment, but with its meta-data. */
export function payloadOf({ event, build, job }: Happening, service: SimService, { state, wording }: PayloadContext): Json {
  return {
    event,
    build: bareBuildJson(build, wording),
    ...(job === null ? {} : { job: jobJson(build, job, wording) }),
    pipeline: pipelineJson(build.pipeline, state.builds, wording),
    sender: senderOf(service),
  };
}

/** Sent when a service was made or changed. */
export function pingPayload(service: SimService, { state, wording }: PayloadContext): Json {
  return {
    event: 'ping',
    service: { id: service.id, provider: 'webhook', settings: { url: service.settings.url } },
    organization: organizationJson(state, wording),
    sender: senderOf(service),
  };
}

/** Buildkite names the person who set the webhook up, whoever acted. */
const senderOf = ({ createdBy }: SimService): Json => ({ id: createdBy.id, name: createdBy.name });

export interface Proof {
  /** `token`: the token is sent as it is (Buildkite's default). `signature`: the body is signed with it. */
  readonly mode: 'token' | 'signature';
  readonly token: string;
  /** Milliseconds; a signature carries whole seconds. */
  readonly at: number;
}

export function webhookHeaders(event: WebhookEvent, body: string, proof: Proof): Readonly<Record<string, string>> {
  return {
    'content-type': 'application/json',
    'user-agent': 'Buildkite-Request',
    'x-buildkite-event': event,
    ...(proof.mode === 'token'
      ? { 'x-buildkite-token': proof.token }
      : { 'x-buildkite-signature': signatureHeader(proof.token, Math.floor(proof.at / 1000), body) }),
  };
}

/** `timestamp=…,signature=…`: HMAC-SHA256 over `<timestamp>.<body>` (buildkite.com/docs/apis/webhooks/pipelines). */
export function signatureHeader(token: string, timestamp: number, body: string): string {
  return `timestamp=${timestamp},signature=${createHmac('sha256', token).update(`${timestamp}.${body}`).digest('hex')}`;
}
