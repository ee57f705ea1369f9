import { describe, expect, test } from '@jest/globals';
import { fillTemplate, parseTemplate } from '../../src/references/template.js';

function filled(text: string | Uint8Array, ...values: string[]): Buffer {
  const template = parseTemplate(Buffer.from(text));
  return Buffer.from(
    fillTemplate(
      template,
      values.map((v) => Buffer.from(v)),
    ),
  );
}

describe('a template', () => {
  test('gets a value in each place, and nothing else changes', () => {
    const text = 'a: {{ lazy://db#p }}\r\nb: "{{lazy://x}}" {{ other }} {{{lazy://y}}} lazy://z ${HOME}\n';
    expect(filled(text, 'one', '$&', '{{ lazy://db }}').toString()).toBe(
      'a: one\r\nb: "$&" {{ other }} {{{ lazy://db }}} lazy://z ${HOME}\n',
    );
    expect(parseTemplate(Buffer.from(text)).references).toEqual([
      { name: 'db', field: 'p' },
      { name: 'x' },
      { name: 'y' },
    ]);
  });

  test('may hold any bytes, and its references any letter', () => {
    const text = Buffer.concat([Buffer.from([0xff, 0x00, 0xe4]), Buffer.from('{{ lazy://schlüssel }}é')]);
    expect(parseTemplate(text).references).toEqual([{ name: 'schlüssel' }]);
    expect(filled(text, 'v')).toEqual(Buffer.concat([Buffer.from([0xff, 0x00, 0xe4]), Buffer.from('vé')]));
  });

  test('that is a part of a larger buffer is read from its own start', () => {
    const text = Buffer.from('xx{{ lazy://a }}yy').subarray(2);
    expect(
      Buffer.from(fillTemplate(parseTemplate(new Uint8Array(text)), [Buffer.from('1')])).toString(),
    ).toBe('1yy');
  });

  test.each([
    ['{{ lazy://a', 1],
    ['\n\n{{ lazy://a }\n}', 3],
    ['\n{{ lazy://a\n}}', 2],
    ['{{ lazy://a {{ lazy://b }}', 1],
    ['\n{{ lazy:// }}', 2],
    ['{{ lazy://a%q }}', 1],
  ])('is refused with the line of its fault: %j', (text, line) => {
    expect(() => parseTemplate(Buffer.from(text))).toThrow(
      expect.objectContaining({ code: 'ERR_USAGE', message: expect.stringMatching(`^line ${line}: `) }),
    );
  });

  test('of a megabyte of braces and spaces takes no more than a moment', () => {
    const text = Buffer.from(`${'{{ '.repeat(200_000)}{{ lazy://a ${' '.repeat(400_000)}}}`);
    const start = performance.now();
    expect(parseTemplate(text).references).toEqual([{ name: 'a' }]);
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});
