/** Files that are whole and there once they are said to be: after kill -9 and after a power cut. */
export { DurableDirectories, flushDirectory, flushOpenDirectory, makeDurably } from './directories.ts'
export { replaceFile } from './document.ts'
export { giveBack, lend, lendPaged, maxLentBytes } from './lent-buffers.ts'
export { StagedFile, StagedFileEnded, type WritableFile } from './staged-file.ts'
export { isUuidv7, timeOfUuidv7, uuidv7 } from './uuid.ts'
export { isAbsent, isFull, systemCode } from './system-code.ts'
