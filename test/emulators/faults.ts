/** What moto shall do to requests that match; what isn't given matches everything. See `moto_launch.py`. */
export interface ServerFault {
  /** `TrentService.Decrypt`, `DynamoDB.PutItem`. */
  readonly target?: string;
  readonly method?: string;
  /** Regular expression (Python's), searched in the decoded path. */
  readonly path?: string;
  /** The same in the raw query string. */
  readonly query?: string;
  /** The same in the body. */
  readonly body?: string;
  /** Matching requests that pass first. */
  readonly skip?: number;
  /** How many to meddle with after those; 1 by default. */
  readonly times?: number;
  /** Seconds to wait first. */
  readonly delay?: number;
  /** The request takes effect before the fault: its answer is lost. */
  readonly after?: boolean;
  /** Cut the connection instead of answering. */
  readonly drop?: boolean;
  /** Answer with this HTTP status. */
  readonly status?: number;
  /** The service's error code in that answer. */
  readonly code?: string;
  /** Send this many bytes of the true answer, then cut the connection. */
  readonly truncate?: number;
}

/** One request that moto answered. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly target: string | null;
  readonly accessKey: string | null;
  readonly ifMatch: string | null;
  readonly ifNoneMatch: string | null;
  readonly userAgent: string | null;
  /** `200 OK`, or `dropped`. */
  readonly status: string | null;
}

/** The fault list and call log of one moto. */
export interface Faults {
  inject(fault: ServerFault): Promise<void>;
  /** The requests so far, oldest first. */
  calls(): Promise<Call[]>;
  /** Forgets faults and calls. */
  clear(): Promise<void>;
}

/** Faults and calls of the moto at `url`; start one of your own, or you hit other tests' requests. */
export function faults(url: string): Faults {
  const post = async (path: string, body?: unknown): Promise<void> => {
    const response = await fetch(`${url}/__emu__/${path}`, {
      method: 'POST',
      body: JSON.stringify(body ?? {}),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
  };
  return {
    inject: (fault) => post('fault', fault),
    calls: async () => (await (await fetch(`${url}/__emu__/calls`)).json()) as Call[],
    clear: () => post('clear'),
  };
}
