/** Upload codes: 125 random bits, in groups that are read out and typed. */
import { newTypedCode, typedCodeHash } from '../platform/typed-code.ts'

/** A fresh code: `K7QXM-3FJ2P-9WTRB-VH4DN-0XZ8E`. */
export const newUploadCode = (): string => newTypedCode({ groups: 5, groupLength: 5 })

/** What a code is found by. No slow hash: it could be guessed no better than a key. */
export const uploadCodeHash = typedCodeHash
