import type { Captcha } from '@isocenter/contracts'
import { solve } from './solve.ts'

addEventListener('message', ({ data }: MessageEvent<Captcha>) => { postMessage(solve(data)) })
