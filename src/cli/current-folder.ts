/** The current folder; `''` when it was deleted under our feet, where absolute paths still work. */
export function currentFolder(): string {
  try {
    return process.cwd();
  } catch {
    return '';
  }
}
