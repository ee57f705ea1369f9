/** A failure, its cause, that ends the command with a status of its own instead of the one of its code. */
export class FailureWithStatus extends Error {
  override readonly name = 'FailureWithStatus';
  readonly status: number;

  constructor(status: number, cause: unknown) {
    super('', { cause });
    this.status = status;
  }
}
