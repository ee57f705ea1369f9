import type { KeySpec } from '../kinds/keys.js';
import type { Location } from '../kinds/stores.js';
import type { Format } from '../record.js';

export type { KeySpec, Location };

/**
 * Settings as a person writes them: inline (library, flags) or in a file, which holds the same keys.
 * An absent or undefined key falls through to the next source by itself.
 */
export interface ConfigInput {
  /** A location (`s3://bucket/prefix/`, `dynamodb://table`, `file:///dir`, `./dir`, `memory:`) or a name from `stores`. */
  readonly store?: string | undefined;
  /** 1–8 of `kms:alias/…`, `kms:<id>`, `kms:arn:…`, `local:[FILE]`, `passphrase:[FILE]`: each wraps every data key. */
  readonly key?: string | readonly string[] | undefined;
  /** Up to 8 more keys that open records but never seal new ones. */
  readonly decryptKeys?: string | readonly string[] | undefined;
  /** AWS region of the store, and of KMS unless `kmsRegion` is given. */
  readonly region?: string | undefined;
  readonly kmsRegion?: string | undefined;
  /** Profile in the AWS configuration files. */
  readonly profile?: string | undefined;
  /** ARN of an IAM role to assume. */
  readonly role?: string | undefined;
  /** What the role's trust policy asks for, where it is another account's. */
  readonly roleExternalId?: string | undefined;
  /** How the role's session is called in CloudTrail; `lazycred` by default. */
  readonly roleSessionName?: string | undefined;
  /** How long the role's credentials last: seconds, or `15m` to `12h`; an hour by default. */
  readonly roleDuration?: number | string | undefined;
  /** Who assumes the role, kept through further roles. */
  readonly roleSourceIdentity?: string | undefined;
  /** ARN or serial number of the MFA device whose code the role's trust policy asks for. */
  readonly roleMfaSerial?: string | undefined;
  /** How S3 encrypts what is put, for buckets whose policy asks for a header: `AES256`, `aws:kms`, `aws:kms:dsse`. */
  readonly sse?: string | undefined;
  /** The KMS key that S3 uses for it, by ARN, id or alias; implies `aws:kms`. Not the key that seals records. */
  readonly sseKey?: string | undefined;
  /** Whether S3 is to use a bucket key for it. */
  readonly sseBucketKey?: boolean | 'true' | 'false' | undefined;
  /** The account that must own the bucket; S3 refuses every request otherwise. */
  readonly bucketOwner?: string | undefined;
  /** Whether requests are paid by who makes them, which such buckets ask for. */
  readonly requesterPays?: boolean | 'true' | 'false' | undefined;
  /** URL of the store's service, for S3-compatible services and local emulators. */
  readonly endpoint?: string | undefined;
  readonly kmsEndpoint?: string | undefined;
  /** The format written, and the only one read unless `accept` names more. */
  readonly format?: Format | undefined;
  readonly accept?: Format | readonly Format[] | undefined;
  /** Encryption context: at most 16 pairs, 4 KiB in all. */
  readonly context?: Readonly<Record<string, string>> | undefined;
  /** Time for a whole command: seconds, or text with a unit (`500ms`, `30s`, `2m`); at most an hour. */
  readonly timeout?: number | string | undefined;
  /** The variables whose references `lazy exec` puts values in the place of: names, or globs such as `DB_*`. */
  readonly resolve?: string | readonly string[] | undefined;
  /** Named stores; `store: prod` picks one, whose keys come before those around it. */
  readonly stores?: Readonly<Record<string, ConfigInput>> | undefined;
  /** LazyCred's: bucket, `/`, and the prefix exactly as its tool puts it before names. */
  readonly s3_path?: string | undefined;
  /** LazyCred's: a KMS alias without `alias/`. */
  readonly key_alias?: string | undefined;
}

/** How S3 encrypts an object that is put (S3 API reference, PutObject, `x-amz-server-side-encryption`). */
export type ServerSideEncryption = 'AES256' | 'aws:kms' | 'aws:kms:dsse';

/** Settings resolved and checked: what `connect` builds a store from. */
export interface Settings {
  readonly store: Location;
  /** At least one, but for `memory:`, where none is needed. */
  readonly keys: KeySpec[];
  readonly decryptKeys: KeySpec[];
  /** Absent: the AWS profile's own. Where `s3_path` names the store, a first guess only: the bucket may lie elsewhere. */
  readonly region?: string;
  readonly kmsRegion?: string;
  readonly profile?: string;
  readonly role?: string;
  readonly roleExternalId?: string;
  readonly roleSessionName?: string;
  /** In seconds. */
  readonly roleDuration?: number;
  readonly roleSourceIdentity?: string;
  readonly roleMfaSerial?: string;
  readonly sse?: ServerSideEncryption;
  readonly sseKey?: string;
  readonly sseBucketKey?: boolean;
  readonly bucketOwner?: string;
  readonly requesterPays?: boolean;
  readonly endpoint?: string;
  readonly kmsEndpoint?: string;
  readonly format: Format;
  /** Nothing named a format, nor implied one: then no record of another is taken over by it. */
  readonly formatIsDefault: boolean;
  /** Always holds `format`. */
  readonly accept: Format[];
  /** Undefined: none was configured, which is not the same as an empty one. */
  readonly context: Record<string, string> | undefined;
  readonly timeoutMs: number;
  readonly resolve?: string[];
}

/** Where a value came from. */
export interface Origin {
  readonly source: 'inline' | 'file' | 'environment' | 'default';
  /** `--store`, `/path/.lazycredrc`, `LAZYCRED_STORE`. */
  readonly where: string;
}

/** Settings, and how they came about. */
export interface LoadedConfig {
  readonly settings: Settings;
  /** By config key. */
  readonly origins: Partial<Record<string, Origin>>;
  /** The config file that names the key, where the search found it in a project: in or above the current folder. */
  readonly projectKey?: { readonly file: string; readonly trusted: boolean } | undefined;
  /** Variables that are set and don't count, since `by` says otherwise. */
  readonly overridden: { readonly variable: string; readonly key: string; readonly by: string }[];
  /** Those of them, LazyCred's own, where a file says something else than the variable: to be told of. */
  readonly contradicted?: { readonly variable: string; readonly key: string; readonly by: string }[];
  /** The config files read. */
  readonly files: string[];
  /** Settings of an untrusted project file, left out; only with `lenient`, otherwise they are errors. */
  readonly ignored: { readonly key: string; readonly file: string; readonly why: string }[];
}

/**
 * Settings that say where requests and credentials go, and whose key S3 encrypts with: a stranger's file may
 * not, unless trusted.
 */
export const NEED_TRUST = ['endpoint', 'kmsEndpoint', 'role', 'sseKey'] as const;

/**
 * Settings that a stranger's file may make, but that need trust for one thing: no value that was sealed for
 * others is sealed anew for a key that such a file names.
 */
export const NEED_TRUST_TO_RESEAL = ['key'] as const;
