// The one logger: JSON lines without secrets.
import { type DestinationStream, type Logger, pino } from 'pino';
import { scrubSecrets } from '../scrub.ts';

// Names that hold secrets wherever they appear, at any depth: headers of a failed request hang deep inside an error.
const SECRET_NAMES =
  /"([a-z0-9_-]*(?:authorization|cookie|password|secret|private_?key|api_?key|signature|response_?url|token))":\s*(?:"(?:[^"\\]|\\.)*"|\[[^\]]*\])/gi;
// JSON leaves these three alone, but some readers of logs see line ends in them.
const HIDDEN_LINE_ENDS = /[\u2028\u2029\u0085]/g;

/** `destination`: standard output when left out. Values never contain a line end: one entry is one line. */
export function createLog(options: { readonly level: string; readonly destination?: DestinationStream }): Logger {
  const settings = {
    level: options.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    hooks: { streamWrite: withoutSecrets },
  };
  return options.destination === undefined ? pino(settings) : pino(settings, options.destination);
}

function withoutSecrets(line: string): string {
  return scrubSecrets(line.replaceAll(SECRET_NAMES, '"$1":"[redacted]"')).replaceAll(HIDDEN_LINE_ENDS, ' ');
}
