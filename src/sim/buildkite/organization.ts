// What an organization has besides pipelines and builds: teams, and services that notify.
import type { SimUser } from './state.ts';

export interface SimTeam {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly createdAt: number;
  readonly createdBy: SimUser;
  readonly members: readonly { readonly user: SimUser; readonly role: 'member' | 'maintainer'; readonly since: number }[];
}

/** A notification service that sends webhooks. Its settings are written as the API writes them. */
export interface SimService {
  readonly id: string;
  readonly createdAt: number;
  readonly createdBy: SimUser;
  description: string;
  enabled: boolean;
  scope: 'all' | 'some_projects' | 'some_teams' | 'some_clusters';
  scopeUuids: readonly string[];
  branchConfiguration: string;
  buildStates: Readonly<Record<string, boolean>>;
  settings: ServiceSettings;
  /** How often a delivery is tried; Buildkite documents no retry. */
  readonly tries: number;
}
export interface ServiceSettings {
  readonly url: string;
  readonly version: number;
  readonly token: string;
  readonly token_mode: 'token' | 'signature';
  readonly events: readonly string[];
  readonly tls_verify: boolean;
}
