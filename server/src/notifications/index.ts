/** Messages to people, and the channels they leave by. */
export { openChannels } from './channels/index.ts'
export { startDelivering } from './delivering.ts'
export { createOutbox, type Outbox } from './outbox.ts'
