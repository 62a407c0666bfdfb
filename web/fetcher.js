// Operations by POST; a subscription, as the server-sent events of the same address.
const address = '/graphql'

export function fetcher(params, { documentAST } = {}) {
  const operations = documentAST?.definitions.filter((one) => one.kind === 'OperationDefinition') ?? []
  const chosen = operations.find((one) => !params.operationName || one.name?.value === params.operationName)
  return chosen?.operation === 'subscription' ? subscribe(params) : ask(params)
}

async function ask(params) {
  const response = await fetch(address, { method: 'POST', headers: headers('application/graphql-response+json, application/json;q=0.9'), body: JSON.stringify(params) })
  return response.json()
}

async function* subscribe(params) {
  const leaving = new AbortController()
  try {
    const response = await fetch(address, { method: 'POST', headers: headers('text/event-stream'), body: JSON.stringify(params), signal: leaving.signal })
    if (!response.ok) {
      yield await response.json()
      return
    }
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    let rest = ''
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      rest += value
      const events = rest.split('\n\n')
      rest = events.pop()
      for (const event of events) {
        const lines = event.split('\n')
        if (lines.includes('event: complete')) return
        const data = lines.find((line) => line.startsWith('data: '))
        if (data) yield JSON.parse(data.slice(6))
      }
    }
  } finally {
    leaving.abort()
  }
}

const headers = (accept) => ({ 'content-type': 'application/json', accept })
