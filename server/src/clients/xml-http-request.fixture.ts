/** What a browser has and Node has not, for client libraries made for browsers. */
import { createRequire } from 'node:module'

interface Requester {
  send: (data?: string | Buffer) => void
}

// Node's is typed by nobody.
const { XMLHttpRequest } = createRequire(import.meta.url)('xmlhttprequest-ssl') as { XMLHttpRequest: new () => Requester }

/** Puts XMLHttpRequest where such libraries look for it; it sends binary data too, which the one for Node takes only as a Buffer. */
export function installXMLHttpRequest(): void {
  const construct = function () {
    const request = new XMLHttpRequest()
    const send = request.send
    request.send = (data?: unknown) => {
      send.call(
        request,
        data instanceof ArrayBuffer
          ? Buffer.from(data)
          : ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : data as string | undefined,
      )
    }
    return request
  }
  Object.assign(globalThis, { XMLHttpRequest: construct })
}
