import { watch } from 'node:fs'
import { resolve } from 'node:path'
import { root } from './settings.ts'

/** Editors write a file in several steps; a change counts when they have been quiet for this long. */
const quietMs = 200

/** What each process runs. */
export const serverSources = ['server/src', 'packages/dicom/src', 'migrations/src'] as const
export const gatewaySources = ['dimse-gateway/src', 'packages/dimse/src', 'packages/dicom/src'] as const

/** What the screens are built from. */
export const screenSources = ['mfe-shell/src', 'mfe-admin/src', 'mfe-viewer/src', 'packages/design-system/src', 'packages/api-client/src', 'packages/contracts/src'] as const

/** Calls `onChange` when a source file in one of the folders has been changed. */
export function watchSources(folders: readonly string[], onChange: () => void): void {
  let timer: NodeJS.Timeout | undefined
  for (const folder of folders) {
    watch(resolve(root, folder), { recursive: true }, (_event, file) => {
      if (file === null || !/\.(tsx?|css)$/.test(file) || file.endsWith('.test.ts')) return
      clearTimeout(timer)
      timer = setTimeout(onChange, quietMs)
    }).unref()
  }
}
