// What npm's clients get: `node subscribe.mjs ws|sse ADDRESS COUNT`, the operation as JSON on standard input. Standard
// output: a line for each result, then {"end": …}. It leaves after COUNT results.
import { text } from 'node:stream/consumers'
import { createClient as overSse } from 'graphql-sse'
import { createClient as overSocket } from 'graphql-ws'
import WebSocket from 'ws'

const [, , transport, address, count] = process.argv
const operation = JSON.parse(await text(process.stdin))
const client =
  transport === 'ws'
    ? overSocket({ url: address.replace('http', 'ws'), webSocketImpl: WebSocket, retryAttempts: 0, on: { connected: () => console.error('connected') } })
    : overSse({ url: address, retryAttempts: 0, onMessage: undefined })
let seen = 0
try {
  for await (const result of client.iterate(operation)) {
    console.log(JSON.stringify(result))
    if (++seen === Number(count)) break
  }
  console.log(JSON.stringify({ end: 'complete' }))
} catch (error) {
  const { code, reason, message } = error
  console.log(JSON.stringify({ end: Array.isArray(error) ? error : { code, reason, message } }))
}
await client.dispose()
