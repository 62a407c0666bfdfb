// The audits of npm graphql-http against the server at an address: one line each, empty where it is met, else why not.
import { serverAudits } from 'graphql-http'

const url = process.argv[2]
for (const audit of serverAudits({ url, fetchFn: fetch })) {
  const result = await audit.fn()
  console.log(JSON.stringify({ id: audit.id, name: audit.name, status: result.status, reason: result.reason ?? '' }))
}
