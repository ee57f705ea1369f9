import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';

/** A client of an emulator, with the settings that the library uses for another server than AWS's. */
export function s3Client(endpoint: string, o: S3ClientConfig = {}): S3Client {
  return new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...o,
  });
}
