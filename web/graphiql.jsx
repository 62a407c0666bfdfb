// GraphiQL over this server's /graphql: examples as tabs, subscriptions over the same address, an operation from the
// address (#query=…). What it cannot say in Chinese itself is said around it.
import 'graphiql/style.css'
import './graphiql.css'
import { GraphiQL } from 'graphiql'
import { createRoot } from 'react-dom/client'
import { createElement } from 'react'
import examples from './examples.json'
import { fetcher } from './fetcher.js'

globalThis.MonacoEnvironment = {
  getWorker(_id, label) {
    const name = label === 'json' || label === 'graphql' ? label : 'editor'
    return new Worker(`/graphiql/${name}.worker.js`)
  },
}

const asked = new URLSearchParams(location.hash.slice(1)).get('query')
const tabs = examples.map(({ title, query, variables }) => ({ query: `# ${title}\n${query}\n`, variables: variables ? JSON.stringify(variables, null, 2) : '' }))
if (asked) tabs.unshift({ query: asked })
const english = document.documentElement.lang === 'en'

const options = {
  fetcher,
  defaultTabs: tabs,
  defaultQuery: tabs[0].query,
  shouldPersistHeaders: false,
  defaultEditorToolsVisibility: 'variables',
  showPersistHeadersSettings: false,
}
// An operation named by the address is shown whatever the browser remembers; who comes for the first time gets the
// first example with its variables, which GraphiQL takes from here and not from the tab.
if (asked) options.initialQuery = asked
else if (localStorage.getItem('graphiql:tabState') === null) options.initialVariables = tabs[0].variables

createRoot(document.getElementById('graphiql')).render(
  createElement(
    GraphiQL,
    options,
    createElement(GraphiQL.Logo, null, english ? 'openalloc' : '公共资源配置'),
  ),
)
