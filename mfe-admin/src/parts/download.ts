/** Hands a file to the browser to be saved. */
export function download(content: Blob, fileName: string): void {
  const url = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = url
  link.download = fileName
  link.click()
  // The browser has begun to read it by then.
  setTimeout(() => { URL.revokeObjectURL(url) }, 10_000)
}
