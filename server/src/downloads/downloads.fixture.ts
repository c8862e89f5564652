/** Downloads asked for and read back in tests. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { Download, DownloadRequest } from '@isocenter/contracts'
import { expect } from 'vitest'
import type { TestMember } from '../organisations/service.fixture.ts'

export const run = promisify(execFile)

export async function aDownload({ call }: Pick<TestMember, 'call'>, studies: readonly string[], given: Partial<DownloadRequest> = {}): Promise<Download> {
  const answer = await call('POST', '/downloads', { studies, ...given })
  expect([answer.statusCode, answer.body]).toEqual([201, expect.anything()])
  return answer.json<Download>()
}

/** Does something with the files of a zip laid out in a folder, as a CD would have them. */
export async function inFolder<Result>(files: ReadonlyMap<string, Buffer>, look: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'isocenter-download-'))
  try {
    for (const [path, content] of files) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), content)
    }
    return await look(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Whether DCMTK is there to read what we write. */
export const hasDcmtk = await run('dcmdump', ['--version']).then(() => true, () => false)
if (!hasDcmtk) console.info('skipped: DCMTK is not installed')
