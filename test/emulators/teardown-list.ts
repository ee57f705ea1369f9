type Step = () => void | Promise<void>;

// Set-up and tear-down are separate files to Jest, but one process.
const steps: Step[] = [];

/** Notes what the global tear-down must undo; last in, first out. */
export function onTeardown(step: Step): void {
  steps.push(step);
}

/** Undoes all that was noted. */
export async function runTeardown(): Promise<void> {
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) await step();
}
