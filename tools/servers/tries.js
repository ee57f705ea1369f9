/**
 * What is tried of each server, through the library as it was built.
 *
 * @typedef {import('../../dist/src/index.js').Store} Store
 * @typedef {object} Place
 * @property {() => Promise<Store>} open a store of its own clients
 * @property {() => Promise<import('../../dist/src/index.js').SetupReport>} setUp
 */

/** Writers of the race through the library, and what each puts under the one name. */
const WRITERS = 8;
const WRITES = 6;

/** More names than a page of two hundred holds would take too long here; the tests have pages of two. */
const NAMES = 12;

/** @param {boolean} holds @param {string} what */
function check(holds, what) {
  if (!holds) throw new Error(what);
}

/** @param {Promise<unknown>} call @param {string} code */
async function fails(call, code) {
  const failure = await call.then(
    () => undefined,
    (/** @type {unknown} */ e) => /** @type {{ code?: string, message: string }} */ (e),
  );
  check(
    failure?.code === code,
    `${failure?.code ?? 'no failure'} where ${code} is due: ${failure?.message ?? ''}`,
  );
}

/** @param {AsyncIterable<{ readonly name: string }>} listed */
async function namesOf(listed) {
  const names = [];
  for await (const { name } of listed) names.push(name);
  return names;
}

/** @param {import('../../dist/src/index.js').Removed} removed */
const remaining = ({ remains }) => (remains === undefined ? 'yes' : `yes; says: ${remains}`);

/**
 * Each try by its column; what it resolves to stands in the table.
 *
 * @type {readonly (readonly [column: string, run: (store: Store, place: Place) => Promise<string>])[]}
 */
export const TRIES = [
  [
    'put, get',
    async (store) => {
      await store.put('a/b c', 'one');
      await store.put('a/b c', new Uint8Array([0, 255, 10]));
      check((await store.get('a/b c')).bytes().at(1) === 255, 'the newest value is another one');
      check((await store.get('a/b c', { version: 1 })).text() === 'one', 'the first version is another one');
      await fails(store.get('none'), 'ERR_NOT_FOUND');
      return 'yes';
    },
  ],
  [
    'compare and set',
    async (store) => {
      await store.put('cas', 'one', { ifAbsent: true });
      await fails(store.put('cas', 'two', { ifAbsent: true }), 'ERR_CONFLICT');
      await store.put('cas', 'two', { ifVersion: 1 });
      await fails(store.put('cas', 'three', { ifVersion: 1 }), 'ERR_CONFLICT');
      check((await store.get('cas')).text() === 'two', 'a refused value is there');
      return 'yes';
    },
  ],
  [
    '48 racing puts',
    async (_, place) => {
      const stores = await Promise.all(Array.from({ length: WRITERS }, () => place.open()));
      /** @type {Map<string, string[]>} */
      const told = new Map();
      let failed = 0;
      const write = async (/** @type {Store} */ store, /** @type {string} */ value) => {
        try {
          const { version } = await store.put('raced', value);
          told.set(version, [...(told.get(version) ?? []), value]);
        } catch {
          failed++;
        }
      };
      await Promise.all(
        stores.map(async (store, writer) => {
          for (let n = 0; n < WRITES; n++) await write(store, `${writer}/${n}`);
        }),
      );
      const [reader] = stores;
      let lost = 0;
      for (const [version, values] of told) {
        const kept = await reader?.get('raced', { version }).then(
          (secret) => secret.text(),
          () => undefined,
        );
        lost += values.filter((value) => value !== kept).length;
      }
      await Promise.all(stores.map((store) => store.close()));
      const kept = WRITERS * WRITES - failed - lost;
      const and = [...(lost > 0 ? [`${lost} lost`] : []), ...(failed > 0 ? [`${failed} refused`] : [])];
      return [`${kept} kept`, ...and].join(', ');
    },
  ],
  [
    'list, history',
    async (store) => {
      const put = Array.from({ length: NAMES }, (_, i) => `many/${String(i).padStart(2, '0')}`);
      for (const name of put) await store.put(name, name);
      const listed = await namesOf(store.list({ match: 'many/' }));
      check(listed.join() === put.join(), `of ${NAMES} names ${listed.length} are listed`);
      const [newest] = await store.history('cas');
      check(newest?.version === '2', 'the history begins with another version');
      return 'yes';
    },
  ],
  [
    'delete, undelete',
    async (store) => {
      await store.delete('many/00');
      await fails(store.get('many/00'), 'ERR_NOT_FOUND');
      const deleted = await namesOf(store.list({ deleted: true }));
      check(deleted.join() === 'many/00', 'it is not listed as deleted');
      await store.undelete('many/00');
      check((await store.get('many/00')).text() === 'many/00', 'another value came back');
      return 'yes';
    },
  ],
  [
    'prune',
    async (store) => {
      for (const value of ['1', '2', '3']) await store.put('pruned', value);
      const removed = await store.prune('pruned', { keep: 1 });
      await fails(store.get('pruned', { version: 1 }), 'ERR_NOT_FOUND');
      check((await store.get('pruned')).text() === '3', 'the newest value is gone, too');
      return remaining(removed);
    },
  ],
  [
    'destroy',
    async (store) => {
      await store.put('gone', 'one');
      await store.put('gone', 'two');
      const removed = await store.destroy('gone');
      await fails(store.get('gone'), 'ERR_NOT_FOUND');
      await fails(store.get('gone', { version: 1 }), 'ERR_NOT_FOUND');
      return remaining(removed);
    },
  ],
];
