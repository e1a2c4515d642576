// `app.yml`, as GitHub reads it.
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

export interface AppManifest {
  readonly default_permissions: Readonly<Record<string, 'read' | 'write'>>;
  readonly default_events: readonly string[];
  readonly public: boolean;
}

export const APP_MANIFEST = parse(readFileSync(new URL('../../app.yml', import.meta.url), 'utf8')) as AppManifest;
