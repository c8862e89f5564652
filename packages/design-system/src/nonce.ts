/** Once a page is enough. */
let bearing: { readonly document: Document; readonly nonce: string } | undefined

/**
 * Gives the nonce of this page's Content-Security-Policy to every style element that the page's scripts make.
 *
 * Ant Design writes its styles at run time. It hands the nonce on in most places, and in some (scroll locking, scrollbar
 * measuring) it does not; the policy would drop those styles. A script that runs here may style the page anyway, so nothing is
 * given away. Attributes are not concerned: React sets styles through the CSSOM, which no policy restricts.
 */
export function bearNonce(document: Document): string | undefined {
  if (bearing?.document === document) return bearing.nonce
  const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce
  if (nonce === undefined || nonce === '') return undefined
  bearing = { document, nonce }
  const createElement = document.createElement.bind(document)
  document.createElement = (name: string, options?: ElementCreationOptions) => {
    const element = createElement(name, options)
    if (element instanceof HTMLStyleElement) element.nonce = nonce
    return element
  }
  return nonce
}
