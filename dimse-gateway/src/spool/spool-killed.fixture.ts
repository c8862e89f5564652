/** Receives objects into the spool of a folder, several at a time, and prints a line for each that was acknowledged; runs until it is killed. */
import { encodeDataSet, ExplicitVRLittleEndian } from '@isocenter/dicom'
import { anInstance, aUID } from '@isocenter/testkit/instances'
import { createHash, randomInt } from 'node:crypto'
import { writeSync } from 'node:fs'
import { openedSpool, received } from './spool.fixture.ts'

const [directory = ''] = process.argv.slice(2)
const { spool } = await openedSpool(directory)

async function receiveForEver(): Promise<never> {
  for (;;) {
    const SOPInstanceUID = aUID()
    const side = randomInt(8, 900)
    const dataSet = encodeDataSet(anInstance({ SOPInstanceUID, Rows: side, Columns: side }), { transferSyntaxUID: ExplicitVRLittleEndian })
    const { id } = await received(spool, { SOPClassUID: '1.2.840.10008.5.1.4.1.1.2', SOPInstanceUID, transferSyntaxUID: ExplicitVRLittleEndian }, dataSet)
    writeSync(1, `${id} ${SOPInstanceUID} ${createHash('sha256').update(dataSet).digest('hex')}\n`)
    // Some are deleted again, as after their arrival.
    if (randomInt(4) === 0) {
      writeSync(1, `${id} deleted\n`)
      await spool.delete(id)
    }
  }
}

await Promise.all([receiveForEver(), receiveForEver(), receiveForEver(), receiveForEver()])
