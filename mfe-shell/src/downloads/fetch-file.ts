import { downloadFilePath, type Download } from '@isocenter/contracts'

/** Has the browser fetch a file by itself: it is streamed to the disk, and shown among the browser's own downloads. The server names it. */
export function fetchFile({ downloadId }: Pick<Download, 'downloadId'>): void {
  Object.assign(document.createElement('a'), { href: downloadFilePath(downloadId), download: '' }).click()
}
