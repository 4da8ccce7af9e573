"""How Alembic runs here: on the connection and in the transaction that `clew.parts.stores.sql.migrate` hands over."""

from alembic import context

from clew.parts.stores.sql.tables import metadata

# SQLite alters a table by making it anew, which Alembic calls a batch.
context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
