/** Orders two texts by their bytes in UTF-8, as S3 and DynamoDB do; for `sort`. JavaScript's own order is by UTF-16. */
export function compareUtf8(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
