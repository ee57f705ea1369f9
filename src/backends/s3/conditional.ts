import type { S3Layout } from './layout.js';
import { ConditionFailed, type Condition, type NewObject, type S3Objects } from './objects.js';
import type { NameCall } from './records.js';

/**
 * Conditional writes whose condition is known to count.
 *
 * An endpoint that isn't AWS's may take a condition and ignore it. So there the first write of each
 * kind (create, swap) that succeeds is sent once more: the object that the first has just written
 * must now refuse the second.
 */
export class ConditionalWriter {
  readonly #objects: S3Objects;
  readonly #layout: S3Layout;
  readonly #isAws: () => boolean;
  readonly #verified = { create: false, swap: false };

  /** @param isAws whether the endpoint is AWS's own, asked after the first answer */
  constructor(objects: S3Objects, layout: S3Layout, isAws: () => boolean) {
    this.#objects = objects;
    this.#layout = layout;
    this.#isAws = isAws;
  }

  /**
   * @throws ConditionFailed when the condition didn't hold; ERR_USAGE for a key that S3 can't hold;
   *   ERR_UNSUPPORTED on an endpoint that ignores conditions
   */
  async put(key: string, object: NewObject & { condition: Condition }, call: NameCall): Promise<void> {
    this.#layout.checkKey(key, call.name);
    const kind = 'etag' in object.condition ? 'swap' : 'create';
    try {
      await this.#objects.put(key, object, call);
    } catch (e) {
      if (e instanceof ConditionFailed) this.#verified[kind] = true;
      throw e;
    }
    if (this.#verified[kind] || this.#isAws()) return;
    try {
      await this.#objects.put(key, object, call);
    } catch (e) {
      if (!(e instanceof ConditionFailed)) throw e;
      this.#verified[kind] = true;
      return;
    }
    const isHead = key === this.#layout.headKey(call.name);
    throw this.#objects.ignoresConditions(
      undefined,
      isHead
        ? 'the value is stored all the same'
        : 'a copy of the newest version is archived, nothing else is stored',
    );
  }
}
