import { ApiProblem, part, problemOf, type ApiClient } from '@isocenter/api-client'
import type { Attachment } from '@isocenter/contracts'

export interface AddAttachmentOptions {
  readonly signal: AbortSignal
  /** Bytes that have been sent, as they are. */
  readonly onProgress: (bytes: number) => void
}

/** Adds one file under its name; by the request that tells how far it is. @throws ApiProblem */
export function addAttachment({ organisationId }: ApiClient, StudyInstanceUID: string, file: File, { signal, onProgress }: AddAttachmentOptions): Promise<Attachment> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', `/api/studies/${part(StudyInstanceUID)}/attachments`)
    for (const [name, value] of [['accept', 'application/json, application/problem+json'], ['content-type', 'application/octet-stream'], ['content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(file.name).replace(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16)}`)}`]] as const) request.setRequestHeader(name, value)
    if (organisationId !== undefined) request.setRequestHeader('x-organisation', organisationId)
    request.upload.onprogress = ({ loaded }) => { onProgress(loaded) }
    request.onload = () => {
      const answer = new Response(request.responseText, { status: request.status, headers: { 'content-type': request.getResponseHeader('content-type') ?? '' } })
      if (answer.ok) void answer.json().then((attachment) => { resolve(attachment as Attachment) }, reject)
      else void problemOf(answer).then(reject, reject)
    }
    request.onerror = () => { reject(new ApiProblem({ status: 0, code: 'no-answer', detail: '' })) }
    const stop = () => {
      request.abort()
      reject(signal.reason as Error)
    }
    signal.addEventListener('abort', stop, { once: true })
    request.onloadend = () => { signal.removeEventListener('abort', stop) }
    request.send(file)
  })
}
