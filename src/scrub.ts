// Secrets out of text that people or log collectors will read. Pure; the last belt, not the first.

// Prefixes by the vendors' documentation: Slack xox*/xapp, GitHub gh?_ and github_pat_, Buildkite bk??_/bkpat_, JWTs, PEM blocks,
// Slack response_urls (whoever holds one may speak for us for 30 minutes), credentials inside addresses and bearer headers.
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z0-9 ]{0,40}-----[^"]*?(?:-----END [A-Z0-9 ]{0,40}-----|(?="|$))/g, '[redacted key]'],
  [/\b(?:xox[a-z]|xapp|xwfp)-[A-Za-z0-9-]{6,}/g, '[redacted]'],
  [/\b(?:gh[a-z]_[A-Za-z0-9]{6,}|github_pat_\w{6,})/g, '[redacted]'],
  [/\bbk(?:ua|tx|pat|ps|ct|ar|aa|aj|pt|tr)_[A-Za-z0-9]{4,}/g, '[redacted]'],
  [/\beyJ[\w-]{5,2000}\.[\w-]{5,}(?:\.[\w-]*)?/g, '[redacted]'],
  [/https:\/\/hooks\.slack(?:-gov)?\.com\/[^\s"'<>]+/g, '[redacted response_url]'],
  [/(\bbearer\s+)[\w.~+/=-]{8,}/gi, '$1[redacted]'],
  [/(\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s/:@"]{0,100}):[^\s/@"]{1,200}@/gi, '$1:[redacted]@'],
];

/** The text with everything that looks like a credential replaced. */
export function scrubSecrets(text: string): string {
  return SECRETS.reduce((clean, [pattern, instead]) => clean.replace(pattern, instead), text);
}
