"""What goes out: the standard as people read it, templates, the catalogue of disclosures."""
