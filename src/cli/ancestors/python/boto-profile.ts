/**
 * The profile that `AWS_DEFAULT_PROFILE` names: a variable of boto3's, before `AWS_PROFILE`, which the SDK
 * doesn't know. Without it another account's secrets would be meant.
 */
export function botoProfile(env: NodeJS.ProcessEnv): string | undefined {
  const profile = env['AWS_DEFAULT_PROFILE'];
  return profile === '' ? undefined : profile;
}
