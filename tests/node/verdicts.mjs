// What ajv says of records. Standard input holds one JSON value a line: first {"vocabulary": our keywords,
// "documents": schemas by address}, then [address of a schema, record] for each record. Standard output: one line
// for each record, empty where it is valid, else the first reason.
import { createInterface } from 'node:readline'
import Ajv2020 from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

// Strict about what ajv would otherwise pass over in silence, unknown keywords and formats; not about style: a type
// requires properties of the envelope, and says more of what a $ref has given its kind.
const ajv = new Ajv2020({ strictSchema: true, strictNumbers: true, strictTypes: false, strictRequired: false, validateFormats: true })
addFormats(ajv, { mode: 'full' })

const verdicts = []
let ready = false
for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const said = JSON.parse(line)
  if (!ready) {
    ajv.addVocabulary(said.vocabulary.filter((keyword) => !keyword.startsWith('$') && !(keyword in ajv.RULES.keywords)))
    for (const [address, document] of Object.entries(said.documents)) ajv.addSchema(document, address)
    ready = true
    continue
  }
  const [address, record] = said
  const validate = ajv.getSchema(address)
  if (validate(record)) {
    verdicts.push('')
  } else {
    const { instancePath, keyword, message } = validate.errors[0]
    verdicts.push(`${instancePath || '/'} ${keyword} ${message}`.replaceAll('\n', ' '))
  }
}
process.stdout.write(verdicts.map((verdict) => verdict + '\n').join(''))
