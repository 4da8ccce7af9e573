"""The console: pages for people, rendered on the server; every page works by plain links and forms."""
