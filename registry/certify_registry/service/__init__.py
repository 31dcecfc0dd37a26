"""The registry over HTTP: what may be asked, who may write, and what nobody can make it do."""
