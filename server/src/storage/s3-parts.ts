/** A part, and the largest object sent in one request; S3 takes no part but the last below 5 MiB. */
export const partBytes = 8 * 1024 * 1024
/** Parts kept to be used again: as many as one writer has on their way. */
const maxIdleParts = 3
/** So long none was given back, and they go. */
const keptForMs = 1_000

/**
 * Whole parts that have arrived, to be used again. A fresh one for each would leave, until the next full garbage collection, many
 * times what is on its way.
 */
let idle: Buffer[] = []
let letGo: NodeJS.Timeout | undefined

/** Memory for one whole part, with any content. */
export function lendPart(): Buffer {
  return idle.pop() ?? Buffer.allocUnsafeSlow(partBytes)
}

/** Takes back a part nobody reads any more: it has arrived with its first attempt. Of one that failed, bytes may still be on their way; it is left to the garbage collector. */
export function givePartBack(part: Buffer): void {
  if (part.byteLength !== partBytes || idle.length >= maxIdleParts) return
  idle.push(part)
  letGo ??= setTimeout(() => { idle = []; letGo = undefined }, keptForMs).unref()
  letGo.refresh()
}
