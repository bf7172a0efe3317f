"""The web pages: application, views, templates, static files. docs/explanation/pages.md: where does a page go?"""
