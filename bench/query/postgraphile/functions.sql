-- What a developer adds for PostGraphile to serve: an organization's disclosures, and search by terms.
DROP SCHEMA IF EXISTS peer CASCADE;
CREATE SCHEMA peer;
CREATE FUNCTION peer.organization_disclosures(o public.organization) RETURNS SETOF public.disclosure
LANGUAGE sql STABLE AS $$
  SELECT d.*
  FROM (SELECT DISTINCT recency, shard, disclosure_id FROM public.party WHERE organization_id = o.id) p
  JOIN public.disclosure d ON d.shard = p.shard AND d.id = p.disclosure_id
  ORDER BY p.recency DESC
$$;
CREATE FUNCTION peer.matching(terms text[]) RETURNS SETOF public.disclosure
LANGUAGE sql STABLE AS $$
  SELECT d.*
  FROM public.search s
  JOIN public.disclosure d ON d.shard = s.shard AND d.id = s.disclosure_id
  WHERE s.terms @> $1
  ORDER BY d.recency DESC
$$;
