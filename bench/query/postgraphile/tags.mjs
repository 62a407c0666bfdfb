// How the tables hang together: they have no foreign keys (docs/architecture.md), so PostGraphile is told here.
const owned = (constraint) => [
  `(shard, disclosure_number) references disclosure (shard, number)|@fieldName disclosure|@foreignFieldName ${constraint}`,
];

export const tags = {
  version: 1,
  config: {
    class: {
      disclosure: {
        tags: { foreignKey: ["(publisher_id) references publisher (id)|@fieldName publisher|@foreignFieldName disclosures"] },
      },
      party: {
        tags: {
          foreignKey: [
            ...owned("parties"),
            "(organization_id) references organization (id)|@fieldName organization|@foreignFieldName parties",
          ],
        },
      },
      // What has no index of its own is ordered and grouped by all the same: the table is small.
      rollup_type: { attribute: { domain: { tags: { behavior: "+orderBy" } } } },
      lot: { tags: { foreignKey: owned("lots") } },
      document: { tags: { foreignKey: owned("documents") } },
      value_source: { tags: { behavior: "-*" } },
      change: { tags: { behavior: "-*" } },
      refused: { tags: { behavior: "-*" } },
      revision: { tags: { behavior: "-*" } },
      load: { tags: { behavior: "-*" } },
      search: { tags: { behavior: "-*" } },
      alembic_version: { tags: { behavior: "-*" } },
    },
  },
};
