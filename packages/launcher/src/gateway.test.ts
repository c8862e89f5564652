import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { leftCloudFileName } from '../../../dimse-gateway/src/enrolment-file.ts'
import { prepareEnrolment } from './gateway.ts'
import type { GatewaySettings } from './settings.ts'

test('a gateway that somebody took off the cloud is not enrolled again by the next start', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'left-'))
  await writeFile(join(folder, leftCloudFileName), '')
  // Neither server nor database are there: whoever asked them for the upload code would fail.
  const nowhere = 'http://127.0.0.1:1'
  await prepareEnrolment({ gateway: { GATEWAY_DATA_DIR: folder } as GatewaySettings, serverUrl: nowhere, cloudUrl: nowhere, certificate: undefined, env: {} })
  expect(await readdir(folder)).toEqual([leftCloudFileName])
  await rm(folder, { recursive: true })
})
