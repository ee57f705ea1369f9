// The emulators check no signature (moto only once IAM is enforced), but read service and region
// out of its scope. Without an SDK client a test file that doesn't need one starts 100 ms sooner.
function authorization(service: string, region: string): string {
  return (
    `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/${region}/${service}/aws4_request, ` +
    'SignedHeaders=host;x-amz-date, Signature=00'
  );
}

async function answerOf(response: Response, what: string): Promise<string> {
  const text = await response.text();
  if (!response.ok) throw new Error(`${what}: ${response.status} ${text}`);
  return text;
}

/** One call of a JSON protocol (DynamoDB, KMS) on an emulator; throws on any error answer. */
export async function callJson(
  url: string,
  service: 'dynamodb' | 'kms',
  target: string,
  body: unknown,
  region = 'us-east-1',
): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': `application/x-amz-json-${service === 'kms' ? '1.1' : '1.0'}`,
      'x-amz-target': target,
      'x-amz-date': '20260101T000000Z',
      authorization: authorization(service, region),
    },
    body: JSON.stringify(body),
  });
  return JSON.parse(await answerOf(response, target)) as unknown;
}

/** One S3 request on an emulator, for set-ups; throws on any error answer. */
export async function callS3(url: string, method: string, path: string, body?: string): Promise<string> {
  const headers = { 'x-amz-date': '20260101T000000Z', authorization: authorization('s3', 'us-east-1') };
  const response = await fetch(`${url}${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
  return answerOf(response, `${method} ${path}`);
}

/** One call of IAM's query protocol on moto: the XML answer; throws on any error answer. */
export async function callIam(
  url: string,
  action: string,
  parameters: Record<string, string>,
): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: authorization('iam', 'us-east-1'), 'x-amz-date': '20260101T000000Z' },
    body: new URLSearchParams({ Action: action, Version: '2010-05-08', ...parameters }),
  });
  return answerOf(response, action);
}
