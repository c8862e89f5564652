import { randomUUID } from 'node:crypto'

/** A fresh UID below the 2.25 root (PS3.5 §B.2). */
export function aUID(): string {
  return `2.25.${BigInt(`0x${randomUUID().replaceAll('-', '')}`)}`
}
