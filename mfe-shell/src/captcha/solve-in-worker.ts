import type { Captcha, CaptchaSolution } from '@isocenter/contracts'

/** Solves a captcha beside the page, which goes on answering; rejects when no worker can be had. */
export function solveInWorker(captcha: Captcha): Promise<CaptchaSolution> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
  return new Promise<CaptchaSolution>((done, fail) => {
    worker.addEventListener('message', ({ data }: MessageEvent<CaptchaSolution>) => { done(data) })
    worker.addEventListener('error', ({ message }) => { fail(new Error(`The captcha could not be solved: ${message}`)) })
    worker.postMessage(captcha)
  }).finally(() => { worker.terminate() })
}
