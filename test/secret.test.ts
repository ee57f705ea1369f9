import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { inMemory } from './support/in-memory.js';

describe('an opened secret', () => {
  const value = '{"password":"hunter2"}';

  test('shows its value to nobody who prints it', async () => {
    const { store } = inMemory();
    await store.put('db', value);
    const secret = await store.get('db');
    const shown = [
      inspect(secret, { depth: 9, showHidden: true }),
      inspect({ nested: [secret] }, { depth: 9 }),
      JSON.stringify({ secret }),
      `${String(secret)}`,
      Object.values(secret).map(String).join(),
    ];
    for (const text of shown) expect(text).not.toMatch(/hunter2|password/u);
    expect(JSON.stringify(secret)).toBe('{"name":"db","version":"1","value":"[redacted]"}');
  });

  test('is text, JSON or bytes, and an error that quotes nothing where it is not', async () => {
    const { store } = inMemory();
    await store.put('json', value);
    expect((await store.get('json')).json()).toEqual({ password: 'hunter2' });
    await store.put('bytes', Buffer.from([0xff, 0xfe]));
    const secret = await store.get('bytes');
    expect(() => secret.text()).toThrow(expect.objectContaining({ code: 'ERR_USAGE' }));
    await store.put('text', 'hunter2, not JSON');
    const text = await store.get('text');
    expect(() => text.json()).toThrow(expect.objectContaining({ code: 'ERR_USAGE' }));
    try {
      text.json();
    } catch (e) {
      expect(inspect(e)).not.toContain('hunter2');
    }
  });

  test('keeps a byte order mark', async () => {
    const { store } = inMemory();
    await store.put('bom', '\ufeffx');
    expect((await store.get('bom')).text()).toBe('\ufeffx');
  });

  test('is zeroed nowhere that its owner still reads: the value put is left alone', async () => {
    const { store } = inMemory();
    const bytes = Buffer.from('mine');
    await store.put('db', bytes);
    expect(bytes.toString()).toBe('mine');
  });
});
