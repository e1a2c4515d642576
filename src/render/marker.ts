// The hidden line by which a request's card is found again among the comments of a pull request.
// Only a marker in a comment of our own app counts: anybody can type one (escape.ts keeps ours from quoting theirs).

const MARKER = /<!-- countersign:(deploy:[A-Za-z0-9:._-]{1,200}) -->/;

/** The marker of a request's card. Workflow ids hold no `>` and no `--`, so it cannot be closed early. */
export function cardMarker(workflowId: string): string {
  return `<!-- countersign:${workflowId.replace(/[^A-Za-z0-9:._-]/g, '_').replace(/-{2,}/g, '-')} -->`;
}

/** The workflow id that a comment's marker names, or null. */
export function markedWorkflowId(markdown: string): string | null {
  return MARKER.exec(markdown)?.[1] ?? null;
}
