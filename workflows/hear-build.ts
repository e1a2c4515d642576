// What a `build` hears: webhooks, the shared poll, people who cancel, environments that want to know. No waiting here.
import { patched, setHandler } from '@temporalio/workflow';
import { buildAttested, type Attested } from './attest-contract.ts';
import { buildLeft, buildSeen, cancelAsked, tellMeYourEnd } from './build-contract.ts';
import { advance, endOf, isBlocked } from './build-facts.ts';
import { tellEnd, tellStray, type Build } from './build-state.ts';
import { heard } from './guarded.ts';
import { isDouble, keepOne } from './keep-one.ts';
import type { BuildFacts } from './build-vocabulary.ts';
import { bearsSeal, isOf, sealIn } from './seal.ts';

/** Histories from before left a build alone that was only followed. */
const PATCH = 'stops-followed';

/** Registers the handlers. */
export function hearOfBuild(build: Build): void {
  const { input, clock } = build;
  const seen = heard((sighting: { readonly build: BuildFacts; readonly by: 'webhook' | 'poll' }) => {
    if (sighting.by === 'webhook' && isOurs(build, sighting.build)) build.heardAt = clock.now();
    noteSighting(build, sighting.build);
  });
  const left = heard(({ uuid }: { readonly uuid: string }) => {
    if (build.followed?.uuid !== uuid) return;
    build.isSuspect = true;
    build.saidToEnd = true;
  });
  const cancelled = heard(({ deployId, seal }: { readonly deployId: string; readonly seal?: string }) => {
    if (deployId !== input.deployId) return;
    build.isCancelled = true;
    // Nobody who followed it knew that its request goes on.
    if (input.follow !== null && bearsSeal(sealIn(seal), input.follow) && patched(PATCH)) build.stopsFollowed = true;
  });
  const asked = heard(({ environmentId }: { readonly environmentId: string }) => {
    if (build.result !== null) tellEnd(build, environmentId, build.result);
    else if (!build.askers.includes(environmentId)) build.askers = [...build.askers, environmentId];
  });
  const attested = heard(({ deployId, build: own }: { readonly deployId: string; readonly build: Attested }) => {
    if (deployId === input.deployId) build.attested = own;
  });
  setHandler(buildAttested, attested, { description: 'A job proved which build is the request’s own.' });
  setHandler(buildSeen, seen, { description: 'A webhook or the shared poll saw a build.' });
  setHandler(buildLeft, left, { description: 'The shared poll no longer sees the build.' });
  setHandler(cancelAsked, cancelled, { description: 'A person cancelled the request.' });
  setHandler(tellMeYourEnd, asked, { description: 'An environment that did not start this build wants to know its end.' });
}

function isOurs({ followed, input }: Build, seen: BuildFacts): boolean {
  if (seen.uuid === followed?.uuid || seen.uuid === input.follow?.uuid) return true;
  return isOf(input, seen);
}

/** A sighting moves what is shown, never back; an end or a block step is only suspected until it was read. */
function noteSighting(build: Build, seen: BuildFacts): void {
  const { followed } = build;
  if (followed?.uuid !== seen.uuid) {
    const mayBeOurs = isOurs(build, seen) && (followed === null || !isOf(build.input, followed));
    if (mayBeOurs) build.early = [...build.early.filter(({ uuid }) => uuid !== seen.uuid), seen];
    else if (!isDouble(build, seen)) tellStray(build, seen);
    else if (keepOne(build, seen) === 'seen') startFollowing(build, seen);
    build.sightings += 1;
    return;
  }
  const next = advance(followed, seen);
  if (next === null) return;
  build.sightings += 1;
  if (endOf(seen) !== null) build.saidToEnd = true;
  if (endOf(seen) !== null || isBlocked(seen) !== isBlocked(followed)) build.isSuspect = true;
  else if (!isBlocked(followed)) build.followed = next;
}

/** From now on this one is followed; what was seen of it before counts, other builds of the request are strays. */
export function startFollowing(build: Build, facts: BuildFacts): void {
  build.followed = facts;
  build.heardAt = build.clock.now();
  build.isSuspect = endOf(facts) !== null || isBlocked(facts);
  build.sightings += 1;
  const { early } = build;
  build.early = [];
  for (const seen of early) noteSighting(build, seen);
}
