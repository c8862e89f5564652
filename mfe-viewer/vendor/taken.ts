/**
 * What of the release we serve. Left out: speech and segmentation models (142 MB), maps, its service worker and the script that
 * removes every service worker of the origin, sign-in of its own, icons of other products, and its page, for which we have ours.
 */
export function isTaken(file: string): boolean {
  return !(file.endsWith('.map')
    || /^(ort|customizations|assets)\//.test(file)
    || /^(index\.html|manifest\.json|sw\.js|init-service-worker\.js|google\.js|_headers|_redirects|serve\.json|silent-refresh\.html|oidc-client\.min\.js|polyfill\.min\.js|es6-shim\.min\.js|app-config\.js)$/.test(file))
}
