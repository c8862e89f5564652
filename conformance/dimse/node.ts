import type { Client } from '../client.ts'
import type { DimseFixtures } from './fixtures.ts'

/** The DIMSE node that is checked. */
export interface Node {
  readonly host: string
  readonly port: number
  readonly aeTitle: string
}

/** An application entity on this machine that the node was told of, so that C-MOVE can name it. */
export interface Destination {
  readonly aeTitle: string
  readonly port: number
}

/** What every check gets. What only some runs have is undefined in the others, and checks that need it are skipped. */
export interface DimseContext {
  readonly node: Node
  readonly fixtures: DimseFixtures
  /** Folder of this run. */
  readonly folder: string
  /** The same node, or one like it, behind TLS; `ca` is the file with who signed its certificate. */
  readonly tls: { readonly host: string; readonly port: number; readonly ca: string } | undefined
  readonly moveDestination: Destination | undefined
  readonly orthanc: Destination | undefined
  /** DICOMweb services on the same objects. */
  readonly dicomweb: Client | undefined
}
