/** A reason not to start that the person at the terminal can act on: its message is shown alone, without a stack. */
export class LauncherError extends Error {
  override readonly name = 'LauncherError'
}
