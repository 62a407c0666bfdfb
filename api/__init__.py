"""The HTTP face: GraphQL, the published schemas, health."""
