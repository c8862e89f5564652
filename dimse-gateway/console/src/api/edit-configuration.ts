import type { ConfigurationChange } from '../../../src/control/actions.ts'
import type { Configuration } from '../../../src/configuration/schema.ts'
import { ApiError, request } from './client.ts'

const mostTries = 3

/**
 * Changes what a form is about in the configuration of this moment: what somebody else has changed elsewhere in it stays.
 * @throws ApiError
 */
export async function editConfiguration(change: (configuration: Configuration) => ConfigurationChange): Promise<void> {
  for (let tries = 1; ; tries++) {
    const configuration = await request<Configuration>('GET', '/configuration')
    try {
      await request('PATCH', '/configuration', { body: change(configuration), ifMatch: configuration.revision })
      return
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'revision-outdated' || tries === mostTries) throw error
    }
  }
}
