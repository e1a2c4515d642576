// Reads as much of a GraphQL query as the simulator answers: one operation, fields, aliases, arguments, variables.

export interface Field {
  readonly name: string;
  readonly alias: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly selection: readonly Field[];
}
type Parsed = { readonly kind: 'query'; readonly fields: readonly Field[] } | { readonly kind: 'error'; readonly message: string };

const TOKEN = /\s*(?:#[^\n]*\n\s*)*([{}():!,$]|"(?:[^"\\]|\\.)*"|-?\d+|[A-Za-z_]\w*|\[|\]|\S)/gy;

export function parseSelection(query: string, variables: Readonly<Record<string, unknown>>): Parsed {
  const tokens = [...query.trim().matchAll(TOKEN)].map((match) => match[1] ?? '').filter((token) => token !== ',');
  const reader = { tokens, at: 0 };
  try {
    if (peek(reader) === 'query') {
      while (peek(reader) !== '{') take(reader);
    }
    const fields = readSelection(reader, variables);
    if (reader.at < tokens.length) throw new SyntaxError(`Expected one operation, got "${peek(reader)}"`);
    return { kind: 'query', fields };
  } catch (error) {
    if (error instanceof SyntaxError) return { kind: 'error', message: error.message };
    throw error;
  }
}

interface Reader {
  readonly tokens: readonly string[];
  at: number;
}

function peek(reader: Reader): string {
  return reader.tokens[reader.at] ?? '';
}

function take(reader: Reader, expected?: string): string {
  const token = reader.tokens[reader.at];
  if (token === undefined || (expected !== undefined && token !== expected))
    throw new SyntaxError(`Expected ${expected ?? 'more'}, actual: ${token ?? 'end of file'}`);
  reader.at += 1;
  return token;
}

function readSelection(reader: Reader, variables: Readonly<Record<string, unknown>>): readonly Field[] {
  take(reader, '{');
  const fields: Field[] = [];
  while (peek(reader) !== '}') fields.push(readField(reader, variables));
  take(reader, '}');
  return fields;
}

function readField(reader: Reader, variables: Readonly<Record<string, unknown>>): Field {
  const first = readName(reader);
  const isAliased = peek(reader) === ':';
  if (isAliased) take(reader, ':');
  const name = isAliased ? readName(reader) : first;
  const args: Record<string, unknown> = {};
  if (peek(reader) === '(') {
    take(reader, '(');
    while (peek(reader) !== ')') {
      const argument = readName(reader);
      take(reader, ':');
      args[argument] = readValue(reader, variables);
    }
    take(reader, ')');
  }
  const selection = peek(reader) === '{' ? readSelection(reader, variables) : [];
  return { name, alias: first, args, selection };
}

function readName(reader: Reader): string {
  const token = take(reader);
  if (!/^[A-Za-z_]\w*$/.test(token)) throw new SyntaxError(`Expected NAME, actual: "${token}"`);
  return token;
}

function readValue(reader: Reader, variables: Readonly<Record<string, unknown>>): unknown {
  const token = take(reader);
  if (token === '$') {
    const name = readName(reader);
    if (!Object.hasOwn(variables, name)) throw new SyntaxError(`Variable $${name} was provided invalid value`);
    return variables[name];
  }
  const value: unknown = JSON.parse(token);
  return value;
}
