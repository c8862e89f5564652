/**
 * How a server process is run so that its memory stays where its work is. Measured as the most resident memory while thousands
 * of small instances arrive in one request: 360 MiB without these, 300 with the first, 240 with all; the processor time was the
 * same. Whoever starts a server otherwise (Dockerfile) gives it the same.
 */

/** Node would let young garbage gather to 128 MiB, and a small heap grow to four times what is alive in it, before it looks. */
export const serverNodeArguments: readonly string[] = ['--max-semi-space-size=16', '--heap-growing-percent=50']

/**
 * Of a gateway. Its objects pass through and leave little alive, so that the server's second argument would only have it collect
 * garbage all the time: 2.0 ms of processor time in JavaScript an instance received without it, 3.5 with (4 associations), for 180 MiB either way.
 */
export const gatewayNodeArguments: readonly string[] = ['--max-semi-space-size=8']

/**
 * Threads that wait for the disk, in place of Node's four: a flush takes milliseconds, and while four writers flush nobody else
 * opens, reads or writes a file.
 */
const threadsForFiles = '16'

/** Thousands of short-lived buffers from several threads otherwise leave holes in an arena a thread (glibc; ignored elsewhere). */
export const serverEnvironment: Readonly<Record<string, string>> = { MALLOC_ARENA_MAX: '2', UV_THREADPOOL_SIZE: threadsForFiles }
