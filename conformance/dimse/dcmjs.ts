/** dcmjs-dimse as a user: it shares no line with DCMTK, and knows the N-services. */
import dcmjsDimse from 'dcmjs-dimse'
import { NotApplicable } from '../suite.ts'
import type { Node } from './node.ts'

const { Client, log, requests } = dcmjsDimse
log.setLevel('silent')
export const { Dataset } = dcmjsDimse
export { requests }

interface Answer {
  getStatus(): number
  getDataset(): { getElements(): Record<string, unknown> } | undefined
}
interface Asked {
  on(event: 'response', listener: (response: unknown) => void): unknown
}

/** Statuses and data sets answered to requests that go over one association, in order. @throws Error when the association fails, NotApplicable when the service is not offered */
export async function asked({ host, port, aeTitle }: Node, ...messages: readonly Asked[]): Promise<{ status: number; elements: Record<string, unknown> }[]> {
  const client = new Client()
  const answers: { status: number; elements: Record<string, unknown> }[] = []
  for (const message of messages) {
    message.on('response', (response) => {
      const answer = response as Answer
      answers.push({ status: answer.getStatus(), elements: answer.getDataset()?.getElements() ?? {} })
    })
    client.addRequest(message as Parameters<typeof client.addRequest>[0])
  }
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  client.on('closed', () => { resolve() })
  client.on('networkError', (error: unknown) => {
    // It stumbles over a report that a node sends on the association it is about to release: all it asked for has been answered by then.
    if (error instanceof TypeError && answers.length === messages.length) resolve()
    else reject(error instanceof Error ? error : new Error(String(error)))
  })
  client.on('associationRejected', () => { reject(new Error('the association was rejected')) })
  client.send(host, port, 'DCMJS', aeTitle)
  await promise
  // It says nothing of a request whose context was refused.
  if (answers.length === 0) throw new NotApplicable('the node does not offer this service')
  return answers
}
