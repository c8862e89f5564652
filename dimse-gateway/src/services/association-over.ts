import { AssociationAborted, AssociationLost, AssociationStateError, AssociationTimedOut, DimseProtocolError, DimseTimeout } from '@isocenter/dimse'

/** Whether an error means that nothing more can go over the association it came from. */
export function isAssociationOver(error: unknown): boolean {
  return [AssociationAborted, AssociationLost, AssociationStateError, AssociationTimedOut, DimseProtocolError, DimseTimeout].some((kind) => error instanceof kind)
}
