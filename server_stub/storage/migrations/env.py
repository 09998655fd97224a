"""What Alembic runs: the steps, on the connection that `storage.migrate` hands over."""

from alembic import context

from server_stub.storage.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
context.run_migrations()
