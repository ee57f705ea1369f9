import { badKey, keptKey, type Writer } from '../writer.js';

// HCL's identifiers, of ASCII.
const KEY = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/** Terraform's "Input variables": what no variable may be called. */
const RESERVED: ReadonlySet<string> = new Set([
  'count',
  'depends_on',
  'for_each',
  'lifecycle',
  'locals',
  'providers',
  'source',
  'version',
]);

/**
 * `KEY = "value"`, by HCL's native syntax specification, "Template Expressions". Terraform brings
 * every string into Unicode's form NFC, so others don't come back as they were.
 */
export const tfvarsWriter: Writer = {
  refuse: ({ key, text }) => {
    if (!KEY.test(key)) return badKey('may hold only letters, digits, "_" and "-", no digit first');
    if (RESERVED.has(key)) return keptKey('Terraform');
    return text.normalize('NFC') === text
      ? undefined
      : 'is not in Unicode form NFC, and Terraform would change it';
  },
  write: (pairs) => pairs.map(({ key, text }) => `${key} = "${escape(text)}"\n`).join(''),
};

const NAMED: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '${': '$${',
  '%{': '%%{',
};

const SPECIAL = /[$%]\{|[\\"\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/gu;

function escape(text: string): string {
  return text.replace(SPECIAL, (c) => NAMED[c] ?? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
