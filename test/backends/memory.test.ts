import { describe, expect, test } from '@jest/globals';
import { MemoryBackend } from '../../src/backends/memory.js';
import { backendSuite } from '../suites/backend.js';
import { fakeRecord, fakeStub, freshName } from '../suites/records.js';

backendSuite('MemoryBackend', () => new MemoryBackend());

describe('MemoryBackend', () => {
  test('keeps copies: neither what was handed in nor what was given out reaches the store', async () => {
    const backend = new MemoryBackend();
    const record = fakeRecord(freshName(), 1);
    const fields: Record<string, string> = { ...record.fields };
    await backend.create({ ...record, fields }, undefined);
    fields['data'] = 'changed by the writer';
    const read = await backend.get(record.name);
    expect(read?.fields).toEqual(record.fields);
    Object.assign(read?.fields ?? {}, { data: 'changed by a reader' });
    expect((await backend.get(record.name))?.fields).toEqual(record.fields);
  });

  test('refuses a version that is not a number', async () => {
    const record = { ...fakeRecord(freshName(), 1), version: 'rel-1' };
    await expect(new MemoryBackend().create(record, undefined)).rejects.toMatchObject({
      code: 'ERR_USAGE',
      message: `cannot keep version "rel-1" of "${record.name}" in memory: not a version number`,
    });
  });

  test('refuses a version below the newest, though that is the one given', async () => {
    const backend = new MemoryBackend();
    const five = fakeRecord(freshName(), 5);
    await backend.create(five, undefined);
    const attempt = backend.create(fakeStub(five.name, 3), five);
    await expect(attempt).rejects.toMatchObject({ code: 'ERR_CONFLICT' });
    expect(await backend.numberBefore(five.name, undefined)).toBeUndefined();
  });

  test('a listing is of one moment: writes meanwhile neither repeat nor hide a name', async () => {
    const backend = new MemoryBackend();
    for (const name of ['a', 'b', 'c']) await backend.create(fakeRecord(name, 1), undefined);
    const seen: string[] = [];
    for await (const { name, version } of backend.list()) {
      seen.push(`${name}@${version}`);
      await backend.create(fakeRecord(name, 2), await backend.get(name));
      await backend.create(fakeRecord(`${name}${name}`, 1), undefined);
    }
    expect(seen).toEqual(['a@1', 'b@1', 'c@1']);
  });
});
