"""Orders whose facts are revised: drawing, wording, and what an answerer without reasoning gets right."""
