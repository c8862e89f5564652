import { defineProblem } from '../platform/problem.ts'

export const noSuchNotification = defineProblem({ type: '/problems/no-such-notification', status: 404, title: 'There is no such notification' })
export const tooManyStreams = defineProblem({ type: '/problems/too-many-streams', status: 429, title: 'There are too many live streams' })
export const noSuchPushSubscription = defineProblem({ type: '/problems/no-such-push-subscription', status: 404, title: 'There is no such push subscription' })
export const invalidPushSubscription = defineProblem({ type: '/problems/invalid-push-subscription', status: 422, title: 'The push subscription cannot be used' })
export const invalidNotificationRule = defineProblem({ type: '/problems/invalid-notification-rule', status: 422, title: 'The rule cannot be as asked' })
export const ruleChangedMeanwhile = defineProblem({ type: '/problems/rule-changed-meanwhile', status: 412, title: 'The rule has changed meanwhile' })
export const noWebhook = defineProblem({ type: '/problems/no-webhook', status: 404, title: 'No webhook is set' })
export const invalidWebhook = defineProblem({ type: '/problems/invalid-webhook', status: 422, title: 'The address cannot be told' })
export const noSuchDelivery = defineProblem({ type: '/problems/no-such-delivery', status: 404, title: 'There is no such delivery' })
export const deliveryNotDead = defineProblem({ type: '/problems/delivery-not-dead', status: 409, title: 'The delivery has not been given up' })
