import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { platform } from 'node:os';
import { kill } from 'node:process';

/**
 * Kills a process and all that it has started. Its group can't be told apart from this process's own: one of
 * its own would take the terminal from it, where some such command asks its user for a code.
 */
export function killTree(pid: number): void {
  if (platform() === 'win32') {
    spawnSync('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true });
    return;
  }
  const parents = parentsOfAll();
  const tree = [pid];
  // The list grows while it is walked.
  for (const parent of tree) tree.push(...parents.flatMap(([of, by]) => (by === parent ? [of] : [])));
  for (const one of tree) {
    try {
      kill(one, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
}

type Parentage = readonly [pid: number, parent: number];

function parentsOfAll(): Parentage[] {
  if (platform() === 'linux') return readdirSync('/proc').flatMap(parentFromProc);
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  return [...stdout.matchAll(/(\d+)\s+(\d+)/gu)].map(([, pid, parent]) => [Number(pid), Number(parent)]);
}

// proc(5): `pid (name) state ppid …`, and the name may hold anything.
function parentFromProc(entry: string): Parentage[] {
  if (!/^\d+$/u.test(entry)) return [];
  try {
    const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
    const parent = /\) \S (\d+) /u.exec(stat.slice(stat.lastIndexOf(')')))?.[1];
    return [[Number(entry), Number(parent)]];
  } catch {
    // It has ended meanwhile.
    return [];
  }
}
