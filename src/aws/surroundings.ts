import { env as environment } from 'node:process';
import { LazycredError } from '../errors.js';
import { quote } from '../text/printable.js';

type Section = Readonly<Record<string, string | undefined>>;

/** What AWS's own variables and files say, for the profile in force. */
export interface AwsSurroundings {
  readonly profile: string;
  /** What names the profile: the setting `profile`, `AWS_PROFILE`; undefined for the one called `default`. */
  readonly namedBy: string | undefined;
  /** The value of a variable; an empty one counts as unset. */
  variable(name: string): string | undefined;
  /** A setting of the profile; the config file comes before the credentials file. */
  setting(name: string): string | undefined;
  /** A setting of the profile in the credentials file, else in the config file: the SDK's order for `region`. */
  credentialsFirst(name: string): string | undefined;
  /** A section of the config file, such as `sso-session.acme`; undefined where there is none. */
  section(name: string): Section | undefined;
  /** The MFA devices of the profile and of those that it takes its credentials from, the last one's first. */
  readonly mfaSerials: readonly string[];
  /** Every profile's name. */
  readonly profiles: readonly string[];
  /** The file in which the profile stands; the configuration file where it stands in neither. */
  readonly file: string;
}

const OTHER_SECTION = /^(?:sso-session|services)\./u;

const FILES = {
  CONFIG: ['AWS_CONFIG_FILE', 'config'],
  CREDENTIALS: ['AWS_SHARED_CREDENTIALS_FILE', 'credentials'],
} as const;

function fileOf(which: keyof typeof FILES): string {
  const [variable, name] = FILES[which];
  const given = environment[variable] ?? '';
  return given === '' ? `~/.aws/${name}` : given;
}

/** Reads AWS's configuration and credentials files, as the SDK reads them (and it reads them once). */
export async function awsSurroundings(profile: string | undefined): Promise<AwsSurroundings> {
  const { loadSharedConfigFiles } = await import('@smithy/core/config');
  const { configFile, credentialsFile } = await loadSharedConfigFiles();
  const variable = (name: string): string | undefined => {
    const text = environment[name] ?? '';
    return text === '' ? undefined : text;
  };
  const name = profile ?? variable('AWS_PROFILE') ?? 'default';
  const [config = {}, credentials = {}]: (Section | undefined)[] = [configFile[name], credentialsFile[name]];
  return {
    profile: name,
    namedBy: profile !== undefined ? 'profile' : variable('AWS_PROFILE') && 'AWS_PROFILE',
    variable,
    setting: (key) => config[key] ?? credentials[key],
    credentialsFirst: (key) => credentials[key] ?? config[key],
    section: (key) => configFile[key],
    mfaSerials: serialsFrom(name, (profile_) => ({ ...credentialsFile[profile_], ...configFile[profile_] })),
    // A section without a setting is no profile for the SDK, and one with a dot in its name is another kind.
    profiles: [
      ...Object.keys(configFile).filter((key) => !OTHER_SECTION.test(key)),
      ...Object.keys(credentialsFile),
    ],
    file: name in credentialsFile && !(name in configFile) ? fileOf('CREDENTIALS') : fileOf('CONFIG'),
  };
}

function serialsFrom(profile: string, sectionOf: (profile: string) => Section): string[] {
  const serials: string[] = [];
  const seen = new Set<string>();
  for (let at: string | undefined = profile; at !== undefined && !seen.has(at);) {
    seen.add(at);
    const { mfa_serial: serial, role_arn: role, source_profile: source }: Section = sectionOf(at);
    if (serial !== undefined && role !== undefined) serials.unshift(serial);
    at = source;
  }
  return serials;
}

/** An AWS service, as the names of variables and settings spell it. */
export type Service = 's3' | 'dynamodb' | 'kms';

/**
 * The URL of another server that AWS's variables or files name for a service: `AWS_ENDPOINT_URL_S3`,
 * `AWS_ENDPOINT_URL`, the profile's `services` section, its `endpoint_url`, in this order.
 *
 * @throws ERR_CONFIG for one that is no URL, and for a `services` section that isn't there
 */
export function endpointOf(service: Service, around: AwsSurroundings): string | undefined {
  const ignored =
    around.variable('AWS_IGNORE_CONFIGURED_ENDPOINT_URLS') ??
    around.setting('ignore_configured_endpoint_urls');
  if (ignored?.toLowerCase() === 'true') return undefined;
  for (const name of [`AWS_ENDPOINT_URL_${service.toUpperCase()}`, 'AWS_ENDPOINT_URL']) {
    const url = around.variable(name);
    if (url !== undefined) return checkedUrl(url, name);
  }
  const where = `the AWS profile ${quote(around.profile)}`;
  const services = around.setting('services');
  if (services !== undefined) {
    const section = around.section(`services.${services}`);
    if (section === undefined) {
      const message = `${where} names the services section ${quote(services)}, which the config file does not have`;
      throw new LazycredError('ERR_CONFIG', message, { hint: `add [services ${services}], or leave it out` });
    }
    const url = section[`${service}.endpoint_url`];
    if (url !== undefined) return checkedUrl(url, `the services section ${quote(services)}: endpoint_url`);
  }
  const url = around.setting('endpoint_url');
  return url === undefined ? undefined : checkedUrl(url, `${where}: endpoint_url`);
}

// The text is not shown: it could carry a password.
function checkedUrl(text: string, where: string): string {
  if (/^https?:\/\//iu.test(text) && URL.canParse(text)) return text;
  throw new LazycredError('ERR_CONFIG', `${where} must be a URL that begins with http:// or https://`);
}

/** The region that AWS's variable or the profile names; undefined where neither does. */
export function regionAround(around: AwsSurroundings): string | undefined {
  return around.variable('AWS_REGION') ?? around.credentialsFirst('region');
}

/** The first request and the retries, with the SDK's own exponential back-off. */
const ATTEMPTS = 3;

/**
 * How often a request is sent, and how its retries are paced: `AWS_MAX_ATTEMPTS` and `AWS_RETRY_MODE`, else
 * the profile's `max_attempts` and `retry_mode`, else three times.
 *
 * @throws ERR_CONFIG for what is no number of attempts, and no mode
 */
export function retriesAround(around: AwsSurroundings): {
  readonly maxAttempts: number;
  readonly retryMode: 'standard' | 'adaptive';
} {
  const attempts = around.variable('AWS_MAX_ATTEMPTS') ?? around.setting('max_attempts') ?? String(ATTEMPTS);
  if (!/^[1-9][0-9]{0,5}$/u.test(attempts)) {
    const message = `AWS_MAX_ATTEMPTS or max_attempts is ${quote(attempts)}, which is no number of attempts`;
    throw new LazycredError('ERR_CONFIG', message, { hint: 'it is a whole number from 1' });
  }
  const mode = around.variable('AWS_RETRY_MODE') ?? around.setting('retry_mode') ?? 'standard';
  // The SDK has no legacy mode; its standard one does the same, better.
  if (mode !== 'adaptive' && mode !== 'standard' && mode !== 'legacy') {
    const message = `AWS_RETRY_MODE or retry_mode is ${quote(mode)}, which is no mode`;
    throw new LazycredError('ERR_CONFIG', message, { hint: 'standard, adaptive or legacy' });
  }
  return { maxAttempts: Number(attempts), retryMode: mode === 'adaptive' ? mode : 'standard' };
}
