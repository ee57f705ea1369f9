import type { Reach } from '../aws/clients.js';
import type { Backend } from '../backend.js';
import type { KeyProvider } from '../keys.js';
import type { Format } from '../record.js';
import type { SetupPart } from '../setup/steps.js';
import type { Base } from '../text/paths.js';

/** What a store and its keys are opened with, beside their own location or spec. */
export interface Opening extends Reach {
  /** The format that is written. */
  readonly format: Format;
  /** Asked at most once, when a passphrase is first used. */
  readonly passphrase?: (() => Promise<string>) | undefined;
}

/** One thing of a store that lies in AWS; `region` undefined where only the AWS profile says it. */
export interface AwsPart {
  readonly name: string;
  readonly region: string | undefined;
}

/** What a store needs in AWS. */
export interface StoreAwsParts {
  readonly bucket?: AwsPart;
  readonly table?: AwsPart;
  /** What exists already and no template can make: `access point arn:aws:s3:…`. */
  readonly existing?: string;
}

/** What a key needs in AWS: an alias (`alias/acme`) with the key behind it, or a key that exists already. */
export type KeyAwsParts = { readonly alias: AwsPart } | { readonly existing: string } | undefined;

/** A kind of store: all that is particular to it, and the only place that knows. */
export interface StoreKind<L extends { readonly kind: string }> {
  readonly kind: L['kind'];
  /** An example of a location, for messages: `s3://BUCKET/PREFIX/`. */
  readonly form: string;
  /** The formats whose own tools look for records in such a store; native ones lie anywhere. */
  readonly formats: readonly Format[];
  /**
   * What a configuration without a key gets: an error, the user's own local key where the
   * surroundings may be guessed at, or a key that is thrown away with the store.
   */
  readonly withoutKey: 'error' | 'own' | 'throw-away';

  /**
   * The location that a setting spells; undefined for the text of another kind.
   *
   * @throws ERR_CONFIG for text of this kind that is no location
   */
  parse(text: string, base: Base): L | undefined;
  /** The location as a setting spells it: the opposite of `parse`. */
  show(location: L): string;
  /** Loads the backend, and its SDK client if it has one; makes no request. */
  open(location: L, o: Opening): Promise<Backend>;
  /** What set-up looks at and makes. */
  setUp(location: L, o: Opening): Promise<SetupPart>;
  /** What a template of AWS resources must hold. */
  awsParts(location: L, o: Opening): StoreAwsParts;
}

/** Opens the keys of one kind. */
export interface KeyOpener<S> {
  /** Loads the provider, and its SDK client if it has one; makes no request. */
  open(spec: S): Promise<KeyProvider>;
}

/** A kind of key: all that is particular to it, and the only place that knows. */
export interface KeyKind<S extends { readonly kind: string }> {
  readonly kind: S['kind'];
  /** What a setting may look like, for messages: `kms:alias/NAME`. */
  readonly forms: readonly [string, ...string[]];
  /** Such a key says that the store is not one of this machine alone. */
  readonly isRemote: boolean;
  /** The user may have to be asked for something before such a key can be used. */
  readonly isAsked: boolean;

  /**
   * The key that a setting spells; undefined for the text of another kind.
   *
   * @throws ERR_CONFIG for text of this kind that is no key
   */
  parse(text: string, base: Base): S | undefined;
  /** What to write instead of text that no kind takes, if it looks like a slip of this one. */
  hintFor(text: string): string | undefined;
  /** The key as a setting spells it: the opposite of `parse`. */
  show(spec: S): string;
  /** What opens the keys of one store: those which can share a client or an answer do. */
  opener(o: Opening): KeyOpener<S>;
  /** What set-up looks at and makes. */
  setUp(spec: S, o: Opening): Promise<SetupPart>;
  /** What a template of AWS resources must hold. */
  awsParts(spec: S, o: Opening): KeyAwsParts;
}
