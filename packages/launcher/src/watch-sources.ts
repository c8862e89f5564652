import { watch } from 'node:fs'
import { resolve } from 'node:path'
import { root } from './settings.ts'

/** Editors write a file in several steps; a change counts when they have been quiet for this long. */
const quietMs = 200

/** Calls `onChange` when a source file that the server runs has been changed. */
export function watchSources(onChange: () => void): void {
  let timer: NodeJS.Timeout | undefined
  for (const folder of ['server/src', 'packages/dicom/src', 'migrations/src']) {
    watch(resolve(root, folder), { recursive: true }, (_event, file) => {
      if (file === null || !file.endsWith('.ts') || file.endsWith('.test.ts')) return
      clearTimeout(timer)
      timer = setTimeout(onChange, quietMs)
    }).unref()
  }
}
