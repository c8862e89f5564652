/** Shows what is pushed while no page is open, and opens its page. It keeps nothing and answers no request: pages come from the server, always. */

addEventListener('install', () => { self.skipWaiting() })
addEventListener('activate', (event) => { event.waitUntil(self.clients.claim()) })

addEventListener('push', (event) => {
  // The shape of PushMessage in packages/contracts/src/notifications.ts.
  const { title, body, url, tag } = event.data.json()
  event.waitUntil(self.registration.showNotification(title, { body, tag, data: { url }, icon: '/apps/mfe-shell/icon.svg' }))
})

addEventListener('notificationclick', (event) => {
  event.notification.close()
  const address = new URL(event.notification.data.url, self.location.origin)
  // Pages of ours alone, whatever was pushed.
  if (address.origin !== self.location.origin) return
  event.waitUntil(openPage(address.href))
})

/** In a tab that is open already, where there is one. */
async function openPage(href) {
  const [open] = await self.clients.matchAll({ type: 'window', includeUncontrolled: false })
  if (open === undefined) return self.clients.openWindow(href)
  await open.navigate(href)
  return open.focus()
}
