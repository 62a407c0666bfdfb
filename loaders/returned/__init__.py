"""The department's own workbook back: faulty cells marked and commented, a summary sheet in front, all else as it was."""
