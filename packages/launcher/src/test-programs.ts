import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** A program from outside that some tests use; bootstrap.mjs brings it where it may. */
export interface TestProgram {
  /** Debian's package. */
  readonly package: string
  /** What those tests show, as in "Skipped: …". */
  readonly for: string
  readonly command?: string
  readonly file?: string
  readonly pythonModule?: string
}

/** The programs that this machine lacks. */
export function missingTestPrograms(): readonly TestProgram[] {
  const programs = JSON.parse(readFileSync(new URL('../test-programs.json', import.meta.url), 'utf8')) as readonly TestProgram[]
  return programs.filter((program) => !isPresent(program))
}

function isPresent({ command, file, pythonModule }: TestProgram): boolean {
  if (file !== undefined) return existsSync(file)
  if (pythonModule !== undefined) {
    return ['python3', '/usr/bin/python3'].some((python) => spawnSync(python, ['-c', `import ${pythonModule}`], { stdio: 'ignore' }).status === 0)
  }
  // Debian keeps servers in a folder that is not on a normal user's path.
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin']
  return command !== undefined && folders.some((folder) => folder !== '' && existsSync(join(folder, command)))
}
