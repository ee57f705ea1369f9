/** What surrounds one run of an ancestor's command line. */
export interface Surrounding {
  /** The current folder; `''` when it was deleted. */
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Aborts with Interrupted. */
  readonly signal: AbortSignal;
}

/**
 * An ancestor's own command line, over this library: `lazy credstash …`, or the command under a link
 * of that name. Its grammar, its standard output and its exit statuses are the original's.
 */
export interface FrontEnd {
  /**
   * Does what `args` say.
   *
   * @throws FailureWithStatus, whose cause is told of, with the status that the original exits with
   */
  run(args: readonly string[], around: Surrounding): Promise<void>;
}
