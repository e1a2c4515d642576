import { expect, test } from 'vitest';
import { isSlackAddress } from '../../src/slack/response-url.ts';

const API = 'https://slack.com/api/';

test.each([
  ['https://hooks.slack.com/actions/T1/2/abc', API, true],
  ['https://hooks.slack-gov.com/commands/T1/2/abc', 'https://slack-gov.com/api/', true],
  ['https://slack.com/anything', API, true],
  ['http://127.0.0.1:4321/actions/T1/2', 'http://127.0.0.1:4321/api/', true],
  ['http://hooks.slack.com/actions/T1/2/abc', API, false],
  ['https://hooks.slack.com:8443/actions/T1', API, false],
  ['https://hooks.slack.com.evil.test/actions', API, false],
  ['https://evil.test/hooks.slack.com', API, false],
  ['https://hooks.slack.com@evil.test/', API, false],
  ['https://user:pass@hooks.slack.com/', API, false],
  ['https://sub.hooks.slack.com/', API, false],
  ['http://127.0.0.1:4322/actions', 'http://127.0.0.1:4321/api/', false],
  ['http://169.254.169.254/latest/meta-data', API, false],
  ['file:///etc/passwd', API, false],
  ['//hooks.slack.com/x', API, false],
  ['', API, false],
])('%s with the Web API at %s: %s', (address, apiUrl, expected) => {
  expect(isSlackAddress(address, apiUrl)).toBe(expected);
});
