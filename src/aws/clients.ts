import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { KMSClient } from '@aws-sdk/client-kms';
import type { S3Client } from '@aws-sdk/client-s3';
import { boundAnswers } from './bounded.js';
import { clientSettings, regionOf, type ClientSettings, type RoleSession } from './client-settings.js';
import { bucketRegion, keyRegion, tableRegion, type Regions } from './regions.js';
import { printable } from '../text/printable.js';
import { connectionsOf } from './connections.js';
import { credentialStep, type CredentialStep } from './credential-step.js';
import { watchCredentialProcesses } from './credential-process.js';
import { namedProvider, Waiting } from './credentials.js';
import { awsSurroundings, type Service } from './surroundings.js';
import type { AskMfaCode, SharedProviders } from './mfa.js';
import { meetDemands, type BucketDemands } from './s3-headers.js';
import { endWhenAborted } from './time-limit.js';
import { traceRequests, watchHost, type Trace, type WatchedHost } from './requests.js';

/** Where the requests of a store and its keys go, whose they are, and who is told of them. */
export interface Reach extends Regions, RoleSession, BucketDemands {
  readonly profile?: string | undefined;
  /** A role's ARN to assume for every request. */
  readonly role?: string | undefined;
  /** Another server than AWS's for the store. */
  readonly endpoint?: string | undefined;
  /** The same for KMS. */
  readonly kmsEndpoint?: string | undefined;
  readonly trace?: Trace | undefined;
  /** Asks for the code of an MFA device. */
  readonly mfaCode?: AskMfaCode | undefined;
  /** Where the clients of one store keep the credentials that took such a code. */
  readonly shared?: SharedProviders | undefined;
}

/** A client, with the region that it found. */
export interface Opened<C> {
  readonly client: C;
  readonly region: string;
}

/**
 * The client of S3, with what it learns of its server.
 *
 * @param own the region in the ARN of an access point, where the store is named by one
 * @throws ERR_CONFIG when nothing names a region
 */
export async function openS3(reach: Reach, own?: string): Promise<Opened<S3Client> & WatchedHost> {
  const [{ S3Client }, made] = await Promise.all([
    import('@aws-sdk/client-s3'),
    makingOf('s3', reach, bucketRegion(reach, own)),
  ]);
  // An access point is a part of the host's name, on whatever server: S3 has no path for it.
  const style = own === undefined ? {} : { forcePathStyle: false };
  const client = new S3Client({ ...made.settings, ...style, followRegionRedirects: true });
  made.finish(client);
  meetDemands(client, reach);
  const host = watchHost(client);
  boundAnswers(client);
  traceRequests(client, 'S3', reach.trace);
  return { client, region: await regionOf(client, 'S3'), ...host };
}

/**
 * The client of DynamoDB, with what it learns of its server.
 *
 * @param own the region in a table's ARN
 * @throws ERR_CONFIG when nothing names a region
 */
export async function openDynamoDB(
  reach: Reach,
  own?: string,
): Promise<Opened<DynamoDBClient> & WatchedHost> {
  const [{ DynamoDBClient }, made] = await Promise.all([
    import('@aws-sdk/client-dynamodb'),
    makingOf('dynamodb', reach, tableRegion(reach, own)),
  ]);
  const client = new DynamoDBClient(made.settings);
  made.finish(client);
  const host = watchHost(client);
  boundAnswers(client);
  traceRequests(client, 'DynamoDB', reach.trace);
  return { client, region: await regionOf(client, 'DynamoDB'), ...host };
}

/** How a client of KMS differs from the others of a store. */
export interface KmsReach {
  /** The region in the key's ARN. */
  readonly own?: string | undefined;
  /** Each request is sent once, not again after a failure. */
  readonly once?: true;
}

/**
 * A client of KMS.
 *
 * @throws ERR_CONFIG when nothing names a region
 */
export async function openKms(reach: Reach, o: KmsReach = {}): Promise<Opened<KMSClient>> {
  const [{ KMSClient }, made] = await Promise.all([
    import('@aws-sdk/client-kms'),
    makingOf('kms', reach, keyRegion(reach, o.own)),
  ]);
  const client = new KMSClient(o.once === true ? { ...made.settings, maxAttempts: 1 } : made.settings);
  made.finish(client);
  boundAnswers(client);
  traceRequests(client, 'KMS', reach.trace);
  return { client, region: await regionOf(client, 'KMS') };
}

/** What every client is made with, and what is done to it then. */
interface Making {
  readonly settings: ClientSettings;
  readonly finish: (client: S3Client | DynamoDBClient | KMSClient) => void;
}

async function makingOf(service: Service, reach: Reach, region: string | undefined): Promise<Making> {
  const { role, kmsEndpoint } = reach;
  const endpoint = service === 'kms' ? kmsEndpoint : reach.endpoint;
  const around = await awsSurroundings(reach.profile);
  const waiting = new Waiting();
  await watchCredentialProcesses();
  const connections = await connectionsOf(around);
  const options = { ...reach, service, region, endpoint };
  return {
    settings: await clientSettings(options, around, waiting, connections.agents),
    finish(client) {
      const { config } = client;
      const step = (): CredentialStep => (role === undefined ? credentialStep(around) : roleStep(role));
      config.credentials = namedProvider(config.credentials, step, waiting);
      endWhenAborted(client, waiting);
      connections.route(client);
    },
  };
}

function roleStep(role: string): CredentialStep {
  const hint = 'check role, what it trusts, and whether these credentials may sts:AssumeRole';
  return { kind: 'sts', text: `STS, for the role ${printable(role)}`, hint };
}
