/** Undefined where the text is no JSON: whoever checks the shape of what came from outside refuses that as well. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
