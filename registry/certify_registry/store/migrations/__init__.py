"""Changes of the database's shape, in order, run when a registry is created or opened for writing."""
