// Where things are in Buildkite's REST API: it addresses builds by their number within the pipeline.
import type { BuildAddress } from '../../workflows/build-vocabulary.ts';

const part = (text: string): string => encodeURIComponent(text);

export const organizationPath = (organization: string): string => `/v2/organizations/${part(organization)}`;
export const pipelinePath = (at: Pick<BuildAddress, 'organization' | 'pipeline'>): string =>
  `${organizationPath(at.organization)}/pipelines/${part(at.pipeline)}`;
export const buildsPath = (at: Pick<BuildAddress, 'organization' | 'pipeline'>): string => `${pipelinePath(at)}/builds`;
export const buildPath = (at: BuildAddress): string => `${buildsPath(at)}/${at.number}`;
export const jobPath = (at: BuildAddress & { readonly jobId: string }): string => `${buildPath(at)}/jobs/${part(at.jobId)}`;
