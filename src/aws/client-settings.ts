import { LazycredError } from '../errors.js';
import type { Connections } from './connections.js';
import { credentialStep } from './credential-step.js';
import { namedProvider, type Credentials, type Waiting } from './credentials.js';
import { MfaCodes, sharedProvider, type AskMfaCode, type SharedProviders } from './mfa.js';
import { isAwsHost, traceRequests, type Trace, type Watchable } from './requests.js';
import {
  endpointOf,
  regionAround,
  retriesAround,
  type AwsSurroundings,
  type Service,
} from './surroundings.js';

/** How a role is assumed; STS's own words for each are in its AssumeRole. */
export interface RoleSession {
  readonly roleExternalId?: string | undefined;
  /** `lazycred` by default. */
  readonly roleSessionName?: string | undefined;
  /** In seconds; an hour by default. */
  readonly roleDuration?: number | undefined;
  readonly roleSourceIdentity?: string | undefined;
  /** The MFA device whose code the role's trust policy asks for. */
  readonly roleMfaSerial?: string | undefined;
}

/** What a client of one AWS service is told. */
export interface AwsOptions extends RoleSession {
  readonly service: Service;
  /** Where the service is; the SDK's own chain (environment, profile) by default. */
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
  /** A role's ARN to assume for every request. */
  readonly role?: string | undefined;
  /** Another server of the protocol; what AWS's own variables and files name by default. */
  readonly endpoint?: string | undefined;
  /** Told of each request to STS for credentials, as by {@link traceRequests}. */
  readonly trace?: Trace | undefined;
  /** Asks for the code of an MFA device. */
  readonly mfaCode?: AskMfaCode | undefined;
  /** Where credentials are kept that took such a code. */
  readonly shared?: SharedProviders | undefined;
}

/** Time to open a connection, in milliseconds. */
const CONNECT_MS = 3_000;

/** Time for one request's answer to begin, in milliseconds. */
const REQUEST_MS = 10_000;

const silence = (): void => undefined;
const SILENT = { trace: silence, debug: silence, info: silence, warn: silence, error: silence };

/** Settings that every SDK client takes. */
export interface ClientSettings extends EndpointSettings {
  readonly region?: string;
  readonly profile?: string;
  readonly credentials?: () => Promise<Credentials>;
  readonly logger: typeof SILENT;
  readonly maxAttempts: number;
  readonly retryMode: 'standard' | 'adaptive';
  readonly userAgentAppId: string;
  readonly requestHandler: {
    readonly connectionTimeout: number;
    readonly requestTimeout: number;
    readonly throwOnRequestTimeout: boolean;
    readonly logger: typeof SILENT;
  } & Connections['agents'];
}

interface EndpointSettings {
  readonly endpoint?: string;
  readonly requestChecksumCalculation?: 'WHEN_REQUIRED';
  readonly responseChecksumValidation?: 'WHEN_REQUIRED';
  /** S3's. */
  readonly forcePathStyle?: true;
}

/**
 * One place for client settings: region, endpoint, credentials, retries, time-outs, user agent.
 * Credentials are what the SDK resolves (environment, SSO, profile, container, instance), or the
 * role assumed with them.
 */
export async function clientSettings(
  o: AwsOptions,
  around: AwsSurroundings,
  waiting: Waiting,
  agents: Connections['agents'],
): Promise<ClientSettings> {
  const region = o.region ?? regionAround(around);
  const endpoint = o.endpoint ?? endpointOf(o.service, around);
  return {
    ...(region === undefined ? {} : { region }),
    ...(o.profile === undefined ? {} : { profile: o.profile }),
    ...(await credentialSettings(o, around, waiting)),
    // The SDK would write to the console otherwise: what is on stderr is ours to say.
    logger: SILENT,
    ...retriesAround(around),
    userAgentAppId: 'lazycred',
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: REQUEST_MS,
      throwOnRequestTimeout: true,
      logger: SILENT,
      ...agents,
    },
    ...(endpoint === undefined ? {} : endpointSettings(endpoint)),
  };
}

// What is another server is told by its host, wherever the endpoint was set.
function endpointSettings(endpoint: string): EndpointSettings {
  if (isAwsHost(new URL(endpoint).hostname)) return { endpoint };
  return {
    endpoint,
    // Others than AWS often refuse the CRC32 trailers that the SDK sends by default.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // Virtual hosts need DNS entries that another server rarely has.
    forcePathStyle: true,
  };
}

async function credentialSettings(
  o: AwsOptions,
  around: AwsSurroundings,
  waiting: Waiting,
): Promise<Pick<ClientSettings, 'credentials'>> {
  const serials = serialsOf(o, around);
  const codes = new MfaCodes(o.mfaCode);
  const make = (): ReturnType<typeof credentialsOf> =>
    credentialsOf(o, around, { waiting, codeOf: (serial) => codes.codeOf(serial) });
  // Only to watch it is the SDK's own chain put together here.
  if (serials.length === 0) {
    return o.role === undefined && o.trace === undefined ? {} : { credentials: await make() };
  }
  const whose = JSON.stringify([o.profile, o.role]);
  // Without a region no request is made: whoever opens the store names one, and opens it again.
  const asked = (o.region ?? regionAround(around)) === undefined ? [] : serials;
  const begun = o.shared?.get(whose) ?? codes.prepare(asked).then(async () => sharedProvider(await make()));
  o.shared?.set(whose, begun);
  return { credentials: await begun };
}

/** The MFA devices whose codes the credentials take. */
function serialsOf(o: AwsOptions, around: AwsSurroundings): readonly string[] {
  const ofRole = o.role === undefined || o.roleMfaSerial === undefined ? [] : [o.roleMfaSerial];
  const ofProfile = around.mfaSerials;
  // Keys in variables come before a profile that nobody named.
  if (ofProfile.length === 0 || credentialStep(around).kind !== 'sts') return ofRole;
  return [...new Set([...ofProfile, ...ofRole])];
}

/** What happens while credentials are found. */
interface Finding {
  readonly waiting: Waiting;
  readonly codeOf: (serial: string) => Promise<string>;
}

async function credentialsOf(o: AwsOptions, around: AwsSurroundings, { waiting, codeOf }: Finding) {
  const { role, region, profile, trace } = o;
  const { fromTemporaryCredentials, fromNodeProviderChain } = await import('@aws-sdk/credential-providers');
  const watch = (stack: Watchable['middlewareStack']): void =>
    traceRequests({ middlewareStack: stack }, 'STS', trace);
  const clientPlugins = [{ applyToStack: watch }];
  const own = fromNodeProviderChain({
    logger: SILENT,
    clientPlugins,
    mfaCodeProvider: codeOf,
    ...(profile === undefined ? {} : { profile }),
  });
  if (role === undefined) return own;
  return fromTemporaryCredentials({
    params: roleParameters(role, o),
    masterCredentials: namedProvider(own, () => credentialStep(around), waiting),
    clientPlugins,
    mfaCodeProvider: codeOf,
    ...(region === undefined ? {} : { clientConfig: { region } }),
  });
}

function roleParameters(role: string, o: RoleSession) {
  return {
    RoleArn: role,
    RoleSessionName: o.roleSessionName ?? 'lazycred',
    ...(o.roleExternalId === undefined ? {} : { ExternalId: o.roleExternalId }),
    ...(o.roleDuration === undefined ? {} : { DurationSeconds: o.roleDuration }),
    ...(o.roleSourceIdentity === undefined ? {} : { SourceIdentity: o.roleSourceIdentity }),
    ...(o.roleMfaSerial === undefined ? {} : { SerialNumber: o.roleMfaSerial }),
  };
}

/** The part of a client that {@link regionOf} asks. */
interface RegionalClient {
  readonly config: { region(): Promise<string> };
}

/**
 * The region that a client will use.
 * @throws ERR_CONFIG when nothing names one
 */
export async function regionOf(client: RegionalClient, service: string): Promise<string> {
  try {
    return await client.config.region();
  } catch (e) {
    throw new LazycredError('ERR_CONFIG', `no region for ${service}`, {
      hint: 'set region in the config, or AWS_REGION',
      cause: e,
    });
  }
}
