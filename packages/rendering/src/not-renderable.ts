/** Says that an instance cannot be made visible, in words without any value of it. */
export class NotRenderable extends Error {
  override readonly name = 'NotRenderable'
}
