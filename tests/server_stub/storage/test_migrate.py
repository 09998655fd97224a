import json
import warnings

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, select

from server_stub.storage.alert_rows import FOUND_BY
from server_stub.storage.database import Database
from server_stub.storage.migrate import _MIGRATIONS, migrate
from server_stub.storage.schema import (
    alert_origins,
    alerts,
    incident_timeline,
    incidents,
    metadata,
)
from tests.support.server import a_row, store


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
    assert versions == [("0009",)]


async def test_user_names_are_unique_in_the_database_itself(database: Database) -> None:
    indexes = await database.read(
        lambda connection: connection.exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE name = 'uq_users_username'"
        ).scalar_one()
    )
    assert "UNIQUE" in indexes
    assert "lower(username)" in indexes


async def test_incidents_keep_their_history_and_can_be_searched_after_the_third_step(
    database: Database,
) -> None:
    old_line = {"at": "2026-03-01T12:00:00.000000Z", "action": "created", "actor": "dana"}

    def age_and_migrate(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        config.attributes["connection"] = connection
        command.downgrade(config, "0002")
        connection.exec_driver_sql(
            "INSERT INTO incidents (incident_id, title, severity, priority, status, tags,"
            " created_at, updated_at, revision, incident_timeline)"
            " VALUES ('INC-1', 'BÄR', 'high', 'P2', 'new', '[\"Vip\"]', '', '', 1, ?)",
            (json.dumps([old_line | {"notes": "mine"}, old_line | {"notes": None}]),),
        )
        connection.exec_driver_sql(
            "INSERT INTO incidents (incident_id, title, severity, priority, status, tags,"
            " created_at, updated_at, revision, incident_timeline)"
            " SELECT 'INC-2', title, severity, priority, status, '[]', '', '', 1, '[]'"
            " FROM incidents"
        )
        migrate(connection)

    await database.write(age_and_migrate)
    lines = await database.read(
        lambda connection: connection.execute(
            select(incident_timeline.c["incident_id", "actor_name", "action", "notes", "changes"])
        ).all()
    )
    assert lines == [(1, "dana", "created", "mine", {}), (1, "dana", "created", None, {})]
    texts = await database.read(
        lambda connection: connection.execute(select(incidents.c.search_text)).scalars().all()
    )
    assert texts == ["inc-1\nbär\nvip", "inc-2\nbär"]


async def test_where_the_alerts_that_are_there_come_from_is_known_after_the_fifth_step(
    database: Database,
) -> None:
    await store(database, a_row(source="edr", source_system="siem"), a_row(external_alert_id="2"))

    def age_and_migrate(connection: Connection) -> list[tuple[str, ...]]:
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        config.attributes["connection"] = connection
        before = connection.execute(select(alert_origins)).all()
        command.downgrade(config, "0004")
        migrate(connection)
        after = connection.execute(select(alert_origins)).all()
        assert sorted(before) == sorted(after)
        return [tuple(row) for row in after]

    assert ("", "edr", "siem") in await database.write(age_and_migrate)


async def test_what_alerts_are_found_by_is_filled_in_by_the_eighth_step(
    database: Database,
) -> None:
    await store(
        database,
        a_row(rule_id="R-Ü1", rule_name="Two Words", source_ip="::ffff:10.0.0.1"),
        a_row(external_alert_id="2", destination_ip="2001:db8::5"),
        a_row(external_alert_id="3"),
    )
    columns = select(alerts.c[FOUND_BY]).order_by(alerts.c.id)

    def age_and_migrate(connection: Connection) -> tuple[list[object], list[object]]:
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        config.attributes["connection"] = connection
        before = connection.execute(columns).all()
        command.downgrade(config, "0008")
        migrate(connection)
        return list(before), list(connection.execute(columns).all())

    before, after = await database.write(age_and_migrate)
    assert after == before
    assert after[0] == ("r-Ü1", "two words", "40a000001", None)
