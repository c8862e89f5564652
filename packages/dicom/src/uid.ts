/** Unique identifiers (PS3.5 §9 and Annex B). */
import { randomUUID } from 'node:crypto'

/** A fresh UID below the 2.25 root, out of a random UUID (PS3.5 §B.2). */
export function newUID(): string {
  return `2.25.${BigInt(`0x${randomUUID().replaceAll('-', '')}`)}`
}

/**
 * Digits and dots as PS3.5 §9.1 has them, 64 at most; leading zeros of components are forgiven, since old modalities made them of dates
 * and times. Such a UID may stand in a path: it is neither `.` nor `..`, which a proxy would resolve.
 */
export function isReadableUID(text: string): boolean {
  return text.length <= 64 && /^[0-9]+(\.[0-9]+)*$/.test(text)
}
