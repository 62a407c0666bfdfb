"""A night's load: many records of all types in files of many formats, killed twice, resumed, counted."""
