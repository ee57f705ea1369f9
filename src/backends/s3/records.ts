import type { StoredRecord } from '../../record.js';
import { parseBody } from '../../record/body.js';
import { claimOf } from '../../record/claims.js';
import type { SecretName } from '../../record/names.js';
import type { S3Call } from './failures.js';
import type { S3Layout } from './layout.js';
import type { S3Object, S3Objects } from './objects.js';

/** A call about one name. */
export interface NameCall extends S3Call {
  readonly name: SecretName;
}

/** What the backend remembers of a record as it read it. */
type Revision = Pick<S3Object, 'etag' | 'body' | 'modified'>;

export function revisionOf(record: StoredRecord): Revision {
  return record.revision as Revision;
}

/** A store's objects, read as records. */
export class S3Records {
  readonly objects: S3Objects;
  readonly layout: S3Layout;

  constructor(objects: S3Objects, layout: S3Layout) {
    this.objects = objects;
    this.layout = layout;
  }

  /** The newest record of the name; its version is '' where it carries none (LazyCred's own). */
  async head(call: NameCall): Promise<StoredRecord | undefined> {
    const object = await this.objects.get(this.layout.headKey(call.name), call);
    return object === undefined ? undefined : this.#record(call.name, object);
  }

  /** The archived record of a version. */
  async archived(version: string, call: NameCall): Promise<StoredRecord | undefined> {
    const object = await this.objects.get(this.layout.archiveKey(call.name, version), call);
    return object === undefined ? undefined : this.#record(call.name, object, version);
  }

  #record(name: SecretName, object: S3Object, version?: string): StoredRecord {
    const fields = parseBody(object.body, name, this.layout.location);
    return { name, version: version ?? claimOf(fields)?.version ?? '', fields, revision: object };
  }
}
