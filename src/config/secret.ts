// A secret that prints as nothing.
import { inspect } from 'node:util';

/** Only `reveal` gives the value; printing, JSON and template strings give `[redacted]`. */
export interface Secret {
  /** The value as it is now: a secret from a file is read again when the file changes. Ask at every use, keep nothing. */
  readonly reveal: () => string;
  readonly toJSON: () => string;
  readonly toString: () => string;
  readonly [inspect.custom]: () => string;
}

/** Where secrets given as `NAME_FILE` are. */
export interface SecretFiles {
  /** Throws if it can't be read. */
  readonly readText: (path: string) => string;
  /** Different when the file has changed. Throws if there is none. */
  readonly stampOf: (path: string) => string;
}

const REDACTED = '[redacted]';

export function createSecret(reveal: () => string): Secret {
  const redacted = (): string => REDACTED;
  return Object.freeze({ reveal, toJSON: redacted, toString: redacted, [inspect.custom]: redacted });
}

export interface SecretFile {
  readonly path: string;
  readonly files: SecretFiles;
  /** Already read and found good. */
  readonly first: string;
  readonly firstStamp: string;
  /** The value in the file's text; null: not usable. */
  readonly parse: (text: string) => string | null;
}

/** A secret whose file may change. While the file is gone, half written or not usable, the last good value stays. */
export function createFileSecret({ path, files, first, firstStamp, parse }: SecretFile): Secret {
  let current = first;
  let stamp = firstStamp;
  return createSecret(() => {
    try {
      const now = files.stampOf(path);
      if (now === stamp) return current;
      const value = parse(files.readText(path));
      if (value !== null) {
        current = value;
        stamp = now;
      }
    } catch {
      // Rotation by rename leaves a moment without a file.
    }
    return current;
  });
}
