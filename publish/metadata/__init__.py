"""What outside tools read of us without knowing us: data packages, a catalogue of datasets, a site's map."""
