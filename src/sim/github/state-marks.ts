// What else is said about a commit: comments at its lines, and deployments.
import type { SimReaction } from './state.ts';

/** A comment at a line of a pull request's diff. */
export interface SimLineComment {
  readonly id: number;
  readonly repository: number;
  readonly issue: number;
  readonly review: number;
  /** The comment that began the thread; null: this one. */
  readonly root: number | null;
  readonly user: number;
  body: string;
  readonly sha: string;
  readonly createdAt: number;
  updatedAt: number;
  readonly reactions: SimReaction[];
}

export const DEPLOYMENT_STATES = ['error', 'failure', 'inactive', 'in_progress', 'queued', 'pending', 'success'] as const;
export type DeploymentState = (typeof DEPLOYMENT_STATES)[number];
export interface SimDeploymentStatus {
  readonly id: number;
  readonly state: DeploymentState;
  readonly description: string;
  readonly logUrl: string;
  readonly environmentUrl: string;
  readonly at: number;
}
export interface SimDeployment {
  readonly id: number;
  readonly sha: string;
  readonly ref: string;
  readonly task: string;
  readonly environment: string;
  readonly description: string | null;
  readonly payload: unknown;
  readonly transient: boolean;
  readonly production: boolean;
  readonly createdAt: number;
  /** Oldest first. */
  readonly statuses: SimDeploymentStatus[];
}
