"""The portal: pages for people, each a client of our own GraphQL.

A page is a module, the document that it asks (`name.graphql`, beside it) and a template (`api/templates/portal/`).
"""
