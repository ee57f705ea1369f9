import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { KMSClient } from '@aws-sdk/client-kms';
import type { S3Client } from '@aws-sdk/client-s3';
import { clientSettings, regionOf, type ClientSettings } from './client-settings.js';
import { bucketRegion, keyRegion, tableRegion, type Regions } from './regions.js';
import type { Service } from './surroundings.js';
import { traceRequests, watchHost, type Trace, type WatchedHost } from './requests.js';

/** Where the requests of a store and its keys go, whose they are, and who is told of them. */
export interface Reach extends Regions {
  readonly profile?: string | undefined;
  /** A role's ARN to assume for every request. */
  readonly role?: string | undefined;
  /** Another server than AWS's for the store. */
  readonly endpoint?: string | undefined;
  /** The same for KMS. */
  readonly kmsEndpoint?: string | undefined;
  readonly trace?: Trace | undefined;
}

/** A client, with the region that it found. */
export interface Opened<C> {
  readonly client: C;
  readonly region: string;
}

/**
 * The client of S3, with what it learns of its server.
 *
 * @throws ERR_CONFIG when nothing names a region
 */
export async function openS3(reach: Reach): Promise<Opened<S3Client> & WatchedHost> {
  const [{ S3Client }, settings] = await Promise.all([
    import('@aws-sdk/client-s3'),
    settingsFor('s3', reach, bucketRegion(reach)),
  ]);
  const client = new S3Client({ ...settings, followRegionRedirects: true });
  const host = watchHost(client);
  traceRequests(client, 'S3', reach.trace);
  return { client, region: await regionOf(client, 'S3'), ...host };
}

/**
 * The client of DynamoDB.
 *
 * @throws ERR_CONFIG when nothing names a region
 */
export async function openDynamoDB(reach: Reach): Promise<Opened<DynamoDBClient>> {
  const [{ DynamoDBClient }, settings] = await Promise.all([
    import('@aws-sdk/client-dynamodb'),
    settingsFor('dynamodb', reach, tableRegion(reach)),
  ]);
  const client = new DynamoDBClient(settings);
  traceRequests(client, 'DynamoDB', reach.trace);
  return { client, region: await regionOf(client, 'DynamoDB') };
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
  const [{ KMSClient }, settings] = await Promise.all([
    import('@aws-sdk/client-kms'),
    settingsFor('kms', reach, keyRegion(reach, o.own)),
  ]);
  const client = new KMSClient(o.once === true ? { ...settings, maxAttempts: 1 } : settings);
  traceRequests(client, 'KMS', reach.trace);
  return { client, region: await regionOf(client, 'KMS') };
}

function settingsFor(service: Service, reach: Reach, region: string | undefined): Promise<ClientSettings> {
  const { profile, role, trace, kmsEndpoint } = reach;
  const endpoint = service === 'kms' ? kmsEndpoint : reach.endpoint;
  return clientSettings({ service, region, profile, role, endpoint, trace });
}
