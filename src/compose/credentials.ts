// From what a zone's variables say to what Buildkite is asked with.
import type { Logger } from 'pino';
import { givenCredentials, mintedCredentials, type CredentialProvider } from '../buildkite/credentials.ts';
import { tokenExchange, workloadIdentity } from '../buildkite/grants.ts';
import type { BuildkiteCredential } from '../config/buildkite-credential.ts';

export function createCredentials(
  credential: BuildkiteCredential,
  { organization, now, log }: { readonly organization: string; readonly now: () => number; readonly log: Logger },
): CredentialProvider {
  switch (credential.kind) {
    case 'token':
      return givenCredentials(() => credential.token.reveal());
    case 'exchange': {
      const { url, clientId, privateKey, keyId, subject } = credential;
      return mintedCredentials({
        mint: tokenExchange({ url, clientId, privateKey: () => privateKey.reveal(), keyId, subject, organization, now }),
        now,
        log,
      });
    }
    case 'federation': {
      const { url, clientId, assertion } = credential;
      return mintedCredentials({ mint: workloadIdentity({ url, clientId, assertion: () => assertion.reveal(), now }), now, log });
    }
  }
}
