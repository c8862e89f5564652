import { ApiProblem } from '@isocenter/api-client'

/**
 * Does a change that names the version it is based on. When somebody else was first, what is shown is loaded again, so that the next try is based
 * on what is there now; what went wrong is told as always.
 */
export async function changing<Answer>(change: () => Promise<Answer>, reload: () => void): Promise<Answer> {
  try {
    return await change()
  } catch (error) {
    if (error instanceof ApiProblem && (error.status === 412 || error.status === 404 || error.status === 409)) reload()
    throw error
  }
}
