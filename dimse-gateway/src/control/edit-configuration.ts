import type { Configuration } from '../configuration/schema.ts'
import type { ConfigurationChange, GatewayControl, RemovalOptions } from './actions.ts'
import { ProblemError, revisionOutdated } from './problems.ts'

/** Two people at one list are rare, and three at once do not happen. */
const mostTries = 5

/**
 * Changes one entry of a list in the configuration: reads, changes and sets under the revision read, again when somebody else
 * was faster, so that two changes to different entries both hold.
 */
export async function editConfiguration(control: GatewayControl, change: (configuration: Configuration) => ConfigurationChange, options?: RemovalOptions): Promise<Configuration> {
  for (let tries = 1; ; tries++) {
    const configuration = control.configuration()
    try {
      return await control.setConfiguration(change(configuration), configuration.revision, options)
    } catch (error) {
      const wasOutdated = error instanceof ProblemError && error.kind === revisionOutdated.kind
      if (!wasOutdated || tries === mostTries) throw error
    }
  }
}
