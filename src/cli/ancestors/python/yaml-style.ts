/** How a scalar is written. */
export type Style = 'plain' | 'single' | 'double';

// What PyYAML's resolver (`resolver.py`, YAML 1.1) reads as no text where it stands plain.
const OTHER_THAN_TEXT: readonly RegExp[] = [
  /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/u,
  /^(?:~|null|Null|NULL|<<|=)$/u,
  /^[-+]?(?:0b[01_]+|0x[0-9a-fA-F_]+|0[0-7_]+|0|[1-9][0-9_]*(?::[0-5]?[0-9])*)$/u,
  /^[-+]?[0-9][0-9_]*(?:\.[0-9_]*(?:[eE][-+][0-9]+)?|(?::[0-5]?[0-9])+\.[0-9_]*)$/u,
  /^(?:\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/u,
  /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/u,
  /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?$/u,
];

// YAML 1.2.2, section 10.3.2: numbers that PyYAML would let stand plain, such as 1e3 and 0o17.
const NUMBER_OF_1_2: readonly RegExp[] = [
  /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/u,
  /^0o[0-7]+$/u,
];

/** Where a scalar that begins so, or holds this, would end or mean something else (`analyze_scalar`). */
const INDICATORS = /^(?:---|\.\.\.)|^[#,[\]{}&*!|>'"%@`]|^[-?](?:\s|$)|:(?:\s|$)|[\s\0]#/u;

/** All but what is printable in ASCII, and line feeds. */
const SPECIAL = /[^\n\x20-\x7e]/u;

/** The style that PyYAML chooses for a text. */
export function styleOf(text: string): Style {
  if (SPECIAL.test(text) || / \n|\n /u.test(text)) return 'double';
  if (/^[^\n ](?:[^\n]*[^\n ])?$/u.test(text) && !INDICATORS.test(text) && !isOther(text)) return 'plain';
  return 'single';
}

function isOther(text: string): boolean {
  return [...OTHER_THAN_TEXT, ...NUMBER_OF_1_2].some((regex) => regex.test(text));
}
