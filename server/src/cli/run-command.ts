/** How commands end: what was asked for on standard output, or one line of what is wrong and exit code 1. */

/** Prints the usage where that is asked for, else what the command answers. */
export async function runCommand({ usage, help, command, otherwise }: {
  readonly usage: string
  readonly help: boolean
  /** Does what the command line asks for and answers what is printed. @throws Error that names what is wrong */
  readonly command: () => Promise<string>
  /** Said where what was thrown says nothing. */
  readonly otherwise: string
}): Promise<void> {
  if (help) {
    console.log(usage)
    return
  }
  try {
    console.log(await command())
  } catch (error) {
    console.error(saidBy(error) ?? otherwise)
    process.exitCode = 1
  }
}

/** A problem says what is wrong in its detail. */
function saidBy(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  return 'detail' in error && typeof error.detail === 'string' && 'kind' in error ? error.detail : error.message
}
