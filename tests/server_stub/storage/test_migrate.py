import warnings

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from server_stub.storage.database import Database
from server_stub.storage.migrate import migrate
from server_stub.storage.schema import metadata


async def test_the_migrations_make_the_schema_that_the_code_knows(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection)
        with warnings.catch_warnings():
            # The index on lower(username) cannot be reflected; it has a test of its own.
            warnings.filterwarnings("ignore", message="autogenerate skipping")
            warnings.filterwarnings("ignore", message="Skipped unsupported reflection")
            return list(compare_metadata(context, metadata))

    assert await database.read(differences) == []


async def test_migrating_again_changes_nothing(database: Database) -> None:
    await database.write(migrate)
    versions = await database.read(
        lambda connection: connection.exec_driver_sql("SELECT * FROM alembic_version").all()
    )
    assert versions == [("0002",)]


async def test_user_names_are_unique_in_the_database_itself(database: Database) -> None:
    indexes = await database.read(
        lambda connection: connection.exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE name = 'uq_users_username'"
        ).scalar_one()
    )
    assert "UNIQUE" in indexes
    assert "lower(username)" in indexes
