-- What a developer adds for PostGraphile to serve: an organization's disclosures, and search by terms.
DROP SCHEMA IF EXISTS peer CASCADE;
CREATE SCHEMA peer;
CREATE FUNCTION peer.organization_disclosures(o public.organization) RETURNS SETOF public.disclosure
LANGUAGE sql STABLE AS $$
  SELECT d.*
  FROM (SELECT DISTINCT recency, shard, disclosure_number FROM public.party WHERE organization_id = o.id) p
  JOIN public.disclosure d ON d.shard = p.shard AND d.number = p.disclosure_number
  ORDER BY p.recency DESC
$$;
CREATE FUNCTION peer.matching(terms text[]) RETURNS SETOF public.disclosure
LANGUAGE sql STABLE AS $$
  SELECT d.*
  FROM public.search s
  JOIN public.disclosure d ON d.shard = s.shard AND d.number = s.disclosure_number
  WHERE s.terms @> $1
  ORDER BY d.recency DESC
$$;
CREATE FUNCTION peer.featured(wanted bigint, value text) RETURNS SETOF public.disclosure
LANGUAGE sql STABLE AS $$
  SELECT d.*
  FROM public.feature f
  JOIN public.disclosure d ON d.shard = f.shard AND d.number = f.disclosure_number
  WHERE f.property = $1 AND f.text = $2
  ORDER BY f.recency DESC
$$;
-- An organization's profile, from what is kept of it: what it did by role, by domain, by year.
CREATE FUNCTION peer.organization_roles(o public.organization)
RETURNS TABLE (role text, disclosures integer, party_fen bigint, first_date date, last_date date)
LANGUAGE sql STABLE AS $$
  SELECT k.value, k.disclosures::integer,
    CASE WHEN k.parties > 0 THEN k.party_high * 1000000000 + k.party_low END, k.first_date, k.last_date
  FROM public.rollup_organization k
  WHERE k.organization_id = o.id AND k.dimension = 'role' ORDER BY k.disclosures DESC, k.value COLLATE "C" DESC
$$;
CREATE FUNCTION peer.organization_domains(o public.organization)
RETURNS TABLE (domain text, disclosures integer, first_date date, last_date date)
LANGUAGE sql STABLE AS $$
  SELECT k.value, k.disclosures::integer, k.first_date, k.last_date
  FROM public.rollup_organization k
  WHERE k.organization_id = o.id AND k.dimension = 'domain' ORDER BY k.disclosures DESC, k.value COLLATE "C" DESC
$$;
CREATE FUNCTION peer.organization_years(o public.organization) RETURNS TABLE (year integer, disclosures integer)
LANGUAGE sql STABLE AS $$
  SELECT nullif(k.value, '')::integer, k.disclosures::integer
  FROM public.rollup_organization k
  WHERE k.organization_id = o.id AND k.dimension = 'year' ORDER BY k.value DESC
$$;
