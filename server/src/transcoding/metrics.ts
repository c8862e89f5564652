import type { EndedTask, ReplacedBecause } from '@isocenter/codecs'
import { Counter, Histogram, type Registry } from 'prom-client'

/** What transcoding counts. */
export interface TranscodingMetrics {
  readonly asked: (isKept: boolean) => void
  readonly ended: (task: EndedTask) => void
  readonly replaced: (reason: ReplacedBecause) => void
}

/** Counters of one server process. */
export function createTranscodingMetrics(registry: Registry): TranscodingMetrics {
  const registers = [registry]
  const asked = new Counter({ name: 'isocenter_transcoded_frames_total', help: 'Frames asked for in another transfer syntax than they are stored in', labelNames: ['kept'], registers })
  const duration = new Histogram({
    name: 'isocenter_codec_duration_seconds', help: 'Time codecs took for a frame, by outcome', labelNames: ['outcome'], buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30], registers,
  })
  const waited = new Histogram({ name: 'isocenter_codec_wait_seconds', help: 'Time frames waited for a codec thread', buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10], registers })
  const replaced = new Counter({ name: 'isocenter_codec_threads_replaced_total', help: 'Codec threads given up: trapped, over time, or grown large', labelNames: ['reason'], registers })
  return {
    asked: (isKept) => { asked.inc({ kept: String(isKept) }) },
    ended: ({ outcome, ranMs, waitedMs }) => {
      duration.observe({ outcome }, ranMs / 1000)
      waited.observe(waitedMs / 1000)
    },
    replaced: (reason) => { replaced.inc({ reason }) },
  }
}
