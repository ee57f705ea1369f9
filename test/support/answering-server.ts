import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it came. */
export interface Asked {
  readonly method: string;
  /** The path, decoded. */
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** The operation of a JSON protocol: `DynamoDB_20120810.PutItem`. */
  readonly target: string;
}

/** What it is answered; a function writes the response by itself. */
export type Answer =
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string | Uint8Array;
    }
  | ((response: ServerResponse) => void);

/** A server of nothing real: every request is answered with what `answer` gives. */
export interface AnsweringServer {
  readonly url: string;
  /** The requests so far. */
  readonly asked: Asked[];
  answer: (request: Asked) => Answer;
  close(): Promise<void>;
}

/** Starts one on 127.0.0.1; it answers 500 until `answer` is set. */
export async function answeringServer(): Promise<AnsweringServer> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { pathname, search } = new URL(request.url ?? '/', 'http://localhost');
      const it: Asked = {
        method: request.method ?? '',
        path: decodeURIComponent(pathname),
        query: search,
        headers: request.headers,
        body: Buffer.concat(chunks),
        target: String(request.headers['x-amz-target'] ?? ''),
      };
      asked.push(it);
      const answer = self.answer(it);
      if (typeof answer === 'function') answer(response);
      else response.writeHead(answer.status, answer.headers).end(answer.body ?? '');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const self: AnsweringServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answer: () => ({ status: 500 }),
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return self;
}

/** An S3 failure as the service writes it. */
export function s3Failure(status: number, code: string): Answer {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>the model of it</Message></Error>`;
  return s3Answer(body, status);
}

/** What S3 answers in XML. */
export function s3Answer(body: string, status = 200): Answer {
  return { status, headers: { 'content-type': 'application/xml', 'x-amz-request-id': 'R' }, body };
}

/** What DynamoDB or KMS answers. */
export function jsonAnswer(body: unknown, status = 200): Answer {
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': 'R' };
  return { status, headers, body: JSON.stringify(body) };
}

/** A failure of DynamoDB or KMS as the service writes it. */
export function jsonFailure(status: number, type: string, message = 'the model of it'): Answer {
  return jsonAnswer({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message }, status);
}

/** Bodies with which something else than the service answers 200, each under its name. */
export const NO_ANSWERS: readonly (readonly [string, string])[] = [
  ['an empty body', ''],
  ['a login page', '<!DOCTYPE html>\n<html><head><title>Wi-Fi</title></head><body>Sign in<br></body></html>'],
  ['a short page', '<html>Sign in to the guest network</html>'],
  ['null', 'null'],
  ['an empty object', '{}'],
  ['a list', '[]'],
  ['a text', '"ok"'],
];
