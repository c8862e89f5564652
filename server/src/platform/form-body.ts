import fp from 'fastify-plugin'
import { badRequest } from './problem.ts'

export const formMediaType = 'application/x-www-form-urlencoded'

/** Reads HTML forms' bodies in the scope it is registered in. A name said twice is refused (RFC 6749 §3.2 wants it so). */
export const formBody = fp((app, _options, done) => {
  app.addContentTypeParser(formMediaType, { parseAs: 'string' }, (_request, text, parsed) => {
    const form = [...new URLSearchParams(String(text))]
    const values = Object.fromEntries(form)
    if (Object.keys(values).length < form.length) parsed(badRequest('A parameter is repeated.'))
    else parsed(null, values)
  })
  done()
}, { name: 'form-body' })
