import { downloads, live, session } from '@isocenter/api-client'
import { defaultPageSize, type Download, type DownloadPage } from '@isocenter/contracts'
import { useAction, useConfirm, usePages, type Action, type Pages } from '@isocenter/design-system'
import { useEffect } from 'react'
import { fetchFile } from './fetch-file.ts'
import { useDownloadWords } from './words.ts'

export interface DownloadList {
  readonly pages: Pages<Download, DownloadPage>
  readonly action: Action
  readonly fetch: (download: Download) => Promise<void>
  readonly retry: (download: Download) => Promise<void>
  readonly remove: (download: Download) => Promise<void>
}

/** Own downloads in one organisation; read anew as they are made. */
export function useDownloads(organisationId: string): DownloadList {
  const words = useDownloadWords()
  const api = downloads(session.api.of(organisationId))
  const pages = usePages(organisationId, (cursor, signal, isAgain) => api[isAgain ? 'look' : 'list']({ organisationId, limit: defaultPageSize, ...(cursor !== undefined && { cursor }) }, signal))
  const action = useAction()
  const confirm = useConfirm()
  const { reload } = pages
  useEffect(() => live.on(['download.changed'], reload), [reload])
  return {
    pages, action,
    fetch: async ({ downloadId }) => {
      await action.run(async () => {
        // A browser saves whatever is answered: that it can be had is asked first.
        const download = await api.find(downloadId)
        if (download.actions.includes('fetch')) fetchFile(download)
        else reload()
      })
    },
    retry: async ({ downloadId }) => { if (await action.run(() => api.retry(downloadId), { done: words.again })) reload() },
    remove: async ({ downloadId, fileName, state }) => {
      const isUnderWay = state === 'waiting' || state === 'making'
      if (!await confirm(isUnderWay ? { title: words.cancelTitle(fileName), hint: words.cancelText, action: words.cancel, otherwise: words.close } : { title: words.removeTitle(fileName), hint: words.removeText, action: words.remove })) return
      if (await action.run(() => api.remove(downloadId), { done: words.removed })) reload()
    },
  }
}
