"""Where alembic meets our connection: it is handed over by `store.schema`, already open."""

from alembic import context

settings = context.config.attributes
context.configure(
    connection=settings["connection"],
    target_metadata=settings["metadata"],
    version_table=settings["version_table"],
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
