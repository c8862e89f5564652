/** Counts what is done under a key in the database: one count for all server processes, by the database's clock. */
import { rows, type Db } from './db.ts'
import { tooManyRequests, type RateLimitOptions } from './rate-limit.ts'

export interface SharedRateLimit {
  /** @throws tooManyRequests 429 with Retry-After when nothing is left under this key */
  check: (key: string) => Promise<void>
  /** Uses one up, also where none is left. */
  use: (key: string) => Promise<void>
  /** Uses one up where one is left; of many at once no more than are left. @throws tooManyRequests 429 with Retry-After */
  take: (key: string) => Promise<void>
  /**
   * Does work that turns out to count or not: one is taken before, so that many at once are no more than are left, and given back unless `counts` was called.
   * @throws tooManyRequests 429 with Retry-After, and what the work throws
   */
  takeIf: <Result>(key: string, work: (counts: () => void) => Promise<Result>) => Promise<Result>
}

/**
 * A token bucket for each key, as `createRateLimit` has it in one process's memory. A read or a write of the database for each call: for
 * what costs more than that anyway, or is rare.
 * @param name keeps the keys of different limits apart
 */
export function createSharedRateLimit(db: Db, name: string, { burst, refillMs }: Pick<RateLimitOptions, 'burst' | 'refillMs'>): SharedRateLimit {
  const keyOf = (key: string) => `${name} ${key}`
  const roomSeconds = (burst - 1) * refillMs / 1000
  const refillSeconds = refillMs / 1000

  const check = async (key: string): Promise<void> => {
    const [found] = await rows<{ wait: number }>(db, 'select extract(epoch from full_at - clock_timestamp())::float8 - ? as wait from rate_limit where key = ?', [roomSeconds, keyOf(key)])
    if (found !== undefined && found.wait > 0) throw tooManyRequests('Wait before trying again.', {}, { 'retry-after': String(Math.ceil(found.wait)) })
  }
  const useSql = `
    insert into rate_limit as kept (key, full_at) values (?, clock_timestamp() + make_interval(secs => ?))
    on conflict (key) do update set full_at = greatest(kept.full_at, clock_timestamp()) + make_interval(secs => ?)`
  const take = async (key: string): Promise<void> => {
    const taken = await rows(db, `${useSql} where kept.full_at <= clock_timestamp() + make_interval(secs => ?) returning key`, [keyOf(key), refillSeconds, refillSeconds, roomSeconds])
    if (taken.length > 0) return
    await check(key)
    throw tooManyRequests('Wait before trying again.', {}, { 'retry-after': '1' })
  }
  return {
    check,
    take,
    takeIf: async (key, work) => {
      await take(key)
      let isCounted = false
      try {
        return await work(() => { isCounted = true })
      } finally {
        if (!isCounted) await rows(db, 'update rate_limit set full_at = full_at - make_interval(secs => ?) where key = ?', [refillSeconds, keyOf(key)])
      }
    },
    use: async (key) => { await rows(db, useSql, [keyOf(key), refillSeconds, refillSeconds]) },
  }
}

/** Forgets keys under which as much is left as at first. */
export async function forgetRateLimits(db: Db): Promise<void> {
  await db.raw('delete from rate_limit where full_at < clock_timestamp()')
}
