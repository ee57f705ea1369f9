import { LazycredError } from '../errors.js';
import { didYouMean } from '../text/did-you-mean.js';
import { printable, quote } from '../text/printable.js';
import type { AwsSurroundings } from './surroundings.js';

/** The step that gives credentials, as far as variables and files tell before it is made. */
export interface CredentialStep {
  readonly kind: 'variables' | 'keys' | 'process' | 'sso' | 'sts' | 'container' | 'instance';
  /** For messages: `the credential_process of the AWS profile "acme" in ~/.aws/config`. */
  readonly text: string;
  /** What to do where the step fails. */
  readonly hint: string;
}

const NOTHING = 'aws configure, aws sso login, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY give some';

/**
 * The step that the SDK's own chain makes for the profile in force.
 *
 * @throws ERR_CONFIG where a profile, session or source that is named isn't there
 */
export function credentialStep(around: AwsSurroundings): CredentialStep {
  const has = (name: string): boolean => around.variable(name) !== undefined;
  // As in the SDK: a profile that somebody names comes before the variables.
  if (around.namedBy === undefined && has('AWS_ACCESS_KEY_ID') && has('AWS_SECRET_ACCESS_KEY')) {
    const hint = 'compare AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN with what was issued';
    return { kind: 'variables', text: 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY', hint };
  }
  checkNames(around);
  const ofProfile = profileStep(around);
  if (ofProfile !== undefined) return ofProfile;
  if (has('AWS_WEB_IDENTITY_TOKEN_FILE') && has('AWS_ROLE_ARN')) {
    const text = 'STS, for the token of AWS_WEB_IDENTITY_TOKEN_FILE';
    return { kind: 'sts', text, hint: 'check AWS_ROLE_ARN, the token file, and whom the role trusts' };
  }
  const uri = ['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', 'AWS_CONTAINER_CREDENTIALS_FULL_URI'].find(has);
  if (uri !== undefined) {
    return {
      kind: 'container',
      text: `the container's credentials (${uri})`,
      hint: `check ${uri} and its role`,
    };
  }
  return { kind: 'instance', text: "the instance's metadata service", hint: NOTHING };
}

function profileStep(around: AwsSurroundings): CredentialStep | undefined {
  const has = (name: string): boolean => around.setting(name) !== undefined;
  const profile = `the AWS profile ${quote(around.profile)} in ${printable(around.file)}`;
  const option = around.namedBy === undefined ? '' : ` --profile ${around.profile}`;
  if (has('role_arn') && (has('source_profile') || has('credential_source'))) {
    const text = `STS, for the role of ${profile}`;
    return { kind: 'sts', text, hint: 'check role_arn, its source, and whom the role trusts' };
  }
  if (has('aws_access_key_id') && has('aws_secret_access_key'))
    return { kind: 'keys', text: profile, hint: 'compare its keys and token with what was issued' };
  if (has('role_arn') && has('web_identity_token_file')) {
    const text = `STS, for the token of ${profile}`;
    return { kind: 'sts', text, hint: 'check role_arn, the token file, and whom the role trusts' };
  }
  if (has('credential_process')) {
    const hint = 'run that command by hand: it must print credentials as JSON, and end';
    return { kind: 'process', text: `the credential_process of ${profile}`, hint };
  }
  if (has('sso_session') || has('sso_start_url') || has('sso_account_id'))
    return { kind: 'sso', text: `SSO, for ${profile}`, hint: `aws sso login${printable(option)}` };
  if (has('login_session'))
    return { kind: 'sso', text: `the login of ${profile}`, hint: `aws login${printable(option)}` };
  return undefined;
}

// What the SDK would answer with another step's failure, or with a TypeError.
function checkNames(around: AwsSurroundings): void {
  const { profile, namedBy, profiles, file } = around;
  if (namedBy !== undefined && !profiles.includes(profile)) {
    const message = `there is no AWS profile ${quote(profile)} (named by ${namedBy}) in ${printable(file)} or the credentials file${didYouMean(profile, profiles)}`;
    throw new LazycredError('ERR_CONFIG', message, {
      hint: 'aws configure list-profiles shows those that exist',
    });
  }
  const where = `the AWS profile ${quote(profile)} in ${printable(file)}`;
  const session = around.setting('sso_session');
  if (session !== undefined && around.section(`sso-session.${session}`) === undefined) {
    const message = `${where} names the sso_session ${quote(session)}, which is not in the configuration file`;
    throw new LazycredError('ERR_CONFIG', message, {
      hint: `add [sso-session ${printable(session)}], or correct the name`,
    });
  }
  const source = around.setting('source_profile');
  if (source !== undefined && !profiles.includes(source)) {
    const message = `${where} names the source_profile ${quote(source)}, which does not exist${didYouMean(source, profiles)}`;
    throw new LazycredError('ERR_CONFIG', message, { hint: 'correct the name' });
  }
}
