"""The registry's pages: documents that people cite, file and check, drawn on the server."""
