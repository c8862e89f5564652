import { totalmem } from 'node:os'

const mebibyte = 1024 ** 2

/**
 * Server settings for a machine, or container, with this much memory, in bytes.
 *
 * Blobs are read through the same page cache, so Postgres takes a sixth of the memory rather than the usual quarter.
 * `fsync`, `synchronous_commit` and `full_page_writes` stay as Postgres ships them, on: what is acknowledged is on disk.
 */
export function postgresSettings(memory = usableMemory()): Record<string, string> {
  return {
    listen_addresses: '',
    unix_socket_permissions: '0700',
    max_connections: '100',
    timezone: 'UTC',
    log_timezone: 'UTC',

    shared_buffers: share(memory, 6, 32, 4096),
    effective_cache_size: share(memory, 2, 128, 65536),
    maintenance_work_mem: share(memory, 40, 32, 512),
    work_mem: share(memory, 700, 4, 32),
    max_wal_size: '2GB',
    checkpoint_timeout: '15min',
    random_page_cost: '1.1',
    // Searches are short; compiling them costs more than it saves.
    jit: 'off',

    // A statement, its parameters and the DETAIL line of an error hold names of patients: they stay out of the log.
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_parameter_max_length_on_error: '0',
    log_checkpoints: 'off',
    log_line_prefix: '%m [%p] ',
  }
}

function share(memory: number, divisor: number, least: number, most: number): string {
  return `${Math.round(Math.min(most, Math.max(least, memory / divisor / mebibyte)))}MB`
}

/** Memory of the machine or, in a container, what it may use; the constraint reads 0 or beyond the machine when there is none. */
function usableMemory(): number {
  const constrained = process.constrainedMemory()
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem()
}
