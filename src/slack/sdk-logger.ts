// The logger that Slack's SDKs write to. Their debug lines quote message texts, so only warnings and errors pass.
import { LogLevel, type Logger as SdkLogger } from '@slack/web-api';
import type { Logger } from 'pino';
import { scrubSecrets } from '../scrub.ts';

export function sdkLogger(log: Logger): SdkLogger {
  const write = (level: 'warn' | 'error', said: readonly unknown[]): void =>
    log[level]({ sdk: scrubSecrets(said.map((part) => (part instanceof Error ? part.message : String(part))).join(' ')) }, 'the Slack SDK remarks');
  return {
    debug: () => undefined,
    info: () => undefined,
    warn: (...said: readonly unknown[]) => write('warn', said),
    error: (...said: readonly unknown[]) => write('error', said),
    setLevel: () => undefined,
    getLevel: () => LogLevel.WARN,
    setName: () => undefined,
  };
}
