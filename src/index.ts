export { openStore, type OpenOptions } from './connect.js';
export type { OwnParts } from './config/own-parts.js';
export {
  loadConfig,
  resolveConfig,
  type Ancestor,
  type ConfigInput,
  type KeySpec,
  type LoadedConfig,
  type LoadOptions,
  type Location,
  type Origin,
  type ServerSideEncryption,
  type Settings,
  type Surroundings,
} from './config.js';
export { cloudchainName, parseCloudchainName, type CloudchainName } from './record/cloudchain-names.js';
export {
  LazycredError,
  isLazycredError,
  type ErrorChanges,
  type ErrorCode,
  type ErrorDetails,
} from './errors.js';
export type { Hint, HintCode, HintData } from './hints.js';
export { Secret, type SecretInfo } from './secret.js';
export type { SchemaIssue, SchemaResult, StandardSchema } from './secret/schema.js';
export { Store } from './store.js';
export type {
  DestroyOptions,
  GetOptions,
  ListedSecret,
  ListOptions,
  ManyOptions,
  NamedVersion,
  PruneOptions,
  PutEntry,
  PutManyOptions,
  PutOptions,
  PutResult,
  Removed,
  RemoveOptions,
  StoreParts,
  VersionInfo,
  WatchOptions,
} from './store/options.js';
export type { Backend, BackendListOptions, CallOptions } from './backend.js';
export type { Context, GenerateOptions, KeyProvider, UnwrapOptions, WrappedKey } from './keys.js';
export type { Fields, Format, Listed, RemovedState, StoredRecord } from './record.js';
export { parseReference, showReference, type Reference } from './references/reference.js';
export { fillEnvironment, type FilledEnvironment, type FillOptions } from './references/fill.js';
export { resolveReferences, type ResolveOptions } from './references/resolve.js';
export type { ReadOptions } from './references/read.js';
export { get, put, setConfig, type SimpleConfig } from './simple.js';
export {
  cloudFormation,
  setUp,
  terraform,
  type SetupReport,
  type SetupStep,
  type SetUpOptions,
  type Trace,
} from './setup.js';
export type { BackOff } from './store/commit.js';
export type { SecretName } from './record/names.js';
