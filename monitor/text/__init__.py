"""Pure work on text: alignment, word marks, quotes, topics, language, status notices, page faults, facts."""
