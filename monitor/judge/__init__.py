"""Is this the document, what differs from what was told, and how much does it matter? Pure."""
