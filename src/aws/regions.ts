/** The regions that settings name. */
export interface Regions {
  /** The store's, and KMS's where nothing nearer names that. */
  readonly region?: string | undefined;
  readonly kmsRegion?: string | undefined;
}

/**
 * The region that a bucket is first looked for in. LazyCred's settings name KMS's region alone; its
 * bucket may lie elsewhere, and is found by S3's redirect.
 *
 * @param own the region in an access point's ARN, which wins over all others
 */
export function bucketRegion({ region, kmsRegion }: Regions, own?: string): string | undefined {
  return own ?? region ?? kmsRegion;
}

/**
 * The region of a table.
 *
 * @param own the region in the table's ARN, which wins over all others
 */
export function tableRegion({ region }: Regions, own?: string): string | undefined {
  return own ?? region;
}

/**
 * The region of a KMS key.
 *
 * @param own the region in the key's ARN, which wins over all others
 */
export function keyRegion({ region, kmsRegion }: Regions, own: string | undefined): string | undefined {
  return own ?? kmsRegion ?? region;
}
