"""One module for each part of the site. A module with a `router` is on it."""
