import { expect, test } from 'vitest'
import { networkOf } from './network.ts'

test.each([
  ['mobile data', { type: 'cellular' }, 'metered'],
  ['who saves data, on whatever network', { type: 'wifi', saveData: true }, 'metered'],
  ['Wi-Fi', { type: 'wifi', saveData: false }, 'free'],
  ['a cable', { type: 'ethernet' }, 'free'],
  ['a browser that says no more than that it does not save', { saveData: false }, 'unknown'],
  ['a browser that says nothing', undefined, 'unknown'],
] as const)('%s', (_name, connection, network) => {
  expect(networkOf(connection)).toBe(network)
})
