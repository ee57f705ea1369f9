import { randomBytes } from 'node:crypto';
import { raceWriters, type RaceGround } from '../../aws/racing-writers.js';
import { isLazycredError } from '../../errors.js';
import { OWN_PREFIX } from '../../record/names.js';
import { S3Layout } from './layout.js';
import { ConditionFailed, S3Objects, type Condition, type S3Sender } from './objects.js';

/** A store whose server is tried. */
export interface S3RaceOptions {
  /** Stays open. */
  readonly client: S3Sender;
  readonly bucket: string;
  readonly prefix: string;
  /** For messages. */
  readonly region: string;
}

const HINT = 'use a server of S3 whose conditional writes are atomic (docs/servers.md), or a DynamoDB store';

/**
 * Tries with racing writers whether the server's conditional writes are atomic, on objects
 * `<prefix>.lazycred/.lazycred/probe-<random>`, where no secret's name leads; they are removed, and their
 * noncurrent S3 versions with them.
 *
 * @throws ERR_UNSUPPORTED when they are not; ERR_ACCESS, ERR_CONFIG, ERR_UNAVAILABLE
 */
export async function raceForObjects(o: S3RaceOptions, signal?: AbortSignal): Promise<void> {
  const layout = new S3Layout(o.bucket, o.prefix);
  const service = `S3 in ${o.region}`;
  const { location } = layout;
  const objects = new S3Objects(o.client, { bucket: o.bucket, service, location });
  const newGround = (): RaceGround =>
    groundOf(objects, layout.headKey(`${OWN_PREFIX}probe-${randomBytes(8).toString('hex')}`));
  await raceWriters({ service, location, hint: HINT }, newGround, signal);
}

function groundOf(objects: S3Objects, key: string): RaceGround {
  let seen = '';
  const write = async (text: string, condition: Condition): Promise<boolean> => {
    try {
      await objects.put(key, { body: Buffer.from(text), metadata: {}, condition }, {});
      return true;
    } catch (e) {
      if (e instanceof ConditionFailed) return false;
      throw e;
    }
  };
  return {
    place: `the object ${key}`,
    create: (text) => write(text, { absent: true }),
    overwrite: (text) => write(text, { etag: seen }),
    async read() {
      const object = await objects.get(key, {});
      seen = object?.etag ?? '';
      return object?.body.toString();
    },
    remove: () => removeAll(objects, key),
  };
}

async function removeAll(objects: S3Objects, key: string): Promise<void> {
  await objects.delete(key, {});
  try {
    for (const version of await objects.versions(key, {})) {
      if (version.key === key) await objects.deleteVersion(version, {});
    }
  } catch (e) {
    // A server that can't list versions rarely keeps any.
    if (!isLazycredError(e, 'ERR_UNSUPPORTED')) throw e;
  }
}
