/** A modality that does not give up: what is not answered with success is sent again. */
import { setTimeout as sleep } from 'node:timers/promises'
import { readInstance } from '@isocenter/dicom'
import { DimseConnection, requestAssociation, store } from '@isocenter/dimse'
import { aStudy, bytesOf } from '@isocenter/testkit/instances'
import { sha256 } from './held.fixture.ts'

/** An instance as it goes over the line. */
export interface Outgoing {
  readonly StudyInstanceUID: string
  readonly SOPClassUID: string
  readonly SOPInstanceUID: string
  readonly transferSyntaxUID: string
  readonly dataSet: Uint8Array
  readonly sha256: string
}

const CTImageStorage = '1.2.840.10008.5.1.4.1.1.2'
const explicitLittleEndian = '1.2.840.10008.1.2.1'

/** CT images of 16 x 16 pixels, of as many studies as are asked for. */
export async function smallObjects(count: number, studies = 4): Promise<Outgoing[]> {
  const made = Array.from({ length: studies }, (_, index) => aStudy({ instances: Math.ceil((count - index) / studies), Rows: 16, Columns: 16 }))
  return Promise.all(made.flatMap(({ StudyInstanceUID, instances }) => instances.map(async (instance) => {
    const bytes = bytesOf(instance)
    const { dataSetOffset, dataSet } = await readInstance(bytes)
    const value = bytes.subarray(dataSetOffset)
    return { StudyInstanceUID, SOPClassUID: CTImageStorage, SOPInstanceUID: dataSet.string('SOPInstanceUID') ?? '', transferSyntaxUID: explicitLittleEndian, dataSet: value, sha256: sha256(value) }
  })))
}

export interface Sender {
  /** SOPInstanceUIDs the gateway answered with success. */
  readonly acknowledged: ReadonlySet<string>
  /** How often an object had to be sent again. */
  readonly repeats: number
  /** Lets so many objects go in all; the rest wait. */
  allow(objects: number): void
  /** Resolves when every object was acknowledged. @throws Error when one is refused for good */
  readonly done: Promise<void>
}

/** Sends objects from several associations at once, to a gateway that may be away. */
export function startSender(port: number, objects: readonly Outgoing[], { associations = 4, callingAETitle = 'CT_1' }: { associations?: number; callingAETitle?: string } = {}): Sender {
  const acknowledged = new Set<string>()
  const again: Outgoing[] = []
  let next = 0
  let allowed = 0
  let repeats = 0

  const take = (): Outgoing | undefined => again.pop() ?? (next < Math.min(allowed, objects.length) ? objects[next++] : undefined)

  async function send(connection: DimseConnection): Promise<void> {
    while (acknowledged.size < objects.length) {
      const object = take()
      if (!object) {
        await sleep(5)
        continue
      }
      try {
        const { status } = await store(connection, object)
        if (status !== 0) throw new Error(`refused with 0x${status.toString(16)}`)
        acknowledged.add(object.SOPInstanceUID)
      } catch (error) {
        again.push(object)
        repeats++
        throw error
      }
    }
    await connection.association.release()
  }

  async function persist(): Promise<void> {
    while (acknowledged.size < objects.length) {
      try {
        const association = await requestAssociation({
          host: '127.0.0.1', port, callingAETitle, calledAETitle: 'GATEWAY', contexts: [{ abstractSyntax: CTImageStorage, transferSyntaxes: [explicitLittleEndian] }],
        })
        await send(new DimseConnection(association))
      } catch (error) {
        // Killed under us, or not there again yet: as a modality does, it tries once more.
        if (!(error instanceof Error)) throw error
        await sleep(20)
      }
    }
  }

  return {
    acknowledged,
    get repeats() { return repeats },
    allow: (count) => { allowed = count },
    done: Promise.all(Array.from({ length: associations }, persist)).then(() => undefined),
  }
}
