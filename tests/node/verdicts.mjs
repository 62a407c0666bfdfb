// What ajv says of records. Standard input holds one JSON value a line: first {"vocabulary": our keywords,
// "documents": schemas by address}, then [address of a schema, record] for each record. Standard output: one line
// for each record, "" where it is valid, else the first reason.
import { createInterface } from 'node:readline'
import Ajv2020 from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

// Strict of what ajv would otherwise pass over in silence: unknown keywords and formats. Not of style: a type's
// properties stand beside the envelope that requires them, and beside a $ref that says their kind.
const ajv = new Ajv2020({ strictSchema: true, strictNumbers: true, strictTypes: false, strictRequired: false, validateFormats: true })
addFormats(ajv, { mode: 'full' })

const out = []
let first = true
for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const said = JSON.parse(line)
  if (first) {
    ajv.addVocabulary(said.vocabulary)
    for (const [address, document] of Object.entries(said.documents)) ajv.addSchema(document, address)
    first = false
    continue
  }
  const validate = ajv.getSchema(said[0])
  if (validate(said[1])) {
    out.push('')
  } else {
    const { instancePath, keyword, message } = validate.errors[0]
    out.push(`${instancePath || '/'}: ${keyword}: ${message}`.replaceAll('\n', ' '))
  }
}
process.stdout.write(out.join('\n') + '\n')
