/**
 * How a server process is run so that its memory and its processor time stay where its work is; whoever starts one otherwise
 * (Dockerfile) gives it the same. Measured: the most resident memory while 10,000 small instances arrive in one request, and full
 * collections while 600 CT slices are stored. Both left to Node: 360 MiB; young 16 MiB and growth 50 %: 314 MiB and 14 collections;
 * 8 MiB and 100 %: 315 MiB and one. That was with 50 MB alive; with the 70 of a larger server the same room is 70 %, for 20 MiB less than with 100.
 */

/**
 * Node would let young garbage gather to 128 MiB, and a small heap grow to four times what is alive in it, before it looks.
 * What comes off the network is young garbage beside the heap, and counts as growth: where young garbage may gather to half of
 * what the heap may grow, most full collections are for nothing.
 */
export const serverNodeArguments: readonly string[] = ['--max-semi-space-size=8', '--heap-growing-percent=70']

/**
 * Of a gateway. Its objects pass through and leave little alive, so that the server's second argument would only have it collect
 * garbage all the time: 2.0 ms of processor time in JavaScript an instance received without it, 3.5 with (4 associations), for 180 MiB either way.
 * Young garbage is as cheap to collect often as seldom, and takes room meanwhile: 140 MiB at most with 1 MiB, 174 with 8, for 2.6 ms of
 * processor time an instance either way (medians of nine; dimse-gateway/bench/node-flags.ts).
 */
export const gatewayNodeArguments: readonly string[] = ['--max-semi-space-size=1']

/**
 * Threads that wait for the disk, in place of Node's four: a flush takes milliseconds, and while four writers flush nobody else
 * opens, reads or writes a file.
 */
const threadsForFiles = '16'

/** Thousands of short-lived buffers from several threads otherwise leave holes in an arena a thread (glibc; ignored elsewhere). */
export const serverEnvironment: Readonly<Record<string, string>> = { MALLOC_ARENA_MAX: '2', UV_THREADPOOL_SIZE: threadsForFiles }
