"""The audit log's triggers. PostgreSQL refuses to change or delete a row; TRUNCATE, with which test databases are
emptied, fires no row trigger. SQLite refuses changes alone, since there a database is emptied by deleting rows.
SQLite's triggers go with a table that a later migration makes anew: it must then make them again (a test tells)."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

MAKE = {
    "sqlite": [
        """CREATE TRIGGER audit_append_only BEFORE UPDATE ON letters_auditentry
        BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"""
    ],
    "postgresql": [
        """CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
        """CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON letters_auditentry
        FOR EACH ROW EXECUTE FUNCTION audit_append_only()""",
    ],
}
DROP = {
    "sqlite": ["DROP TRIGGER audit_append_only"],
    "postgresql": [
        "DROP TRIGGER audit_append_only ON letters_auditentry",
        "DROP FUNCTION audit_append_only()",
    ],
}


def make(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    for statement in MAKE[editor.connection.vendor]:
        editor.execute(statement)


def drop(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    for statement in DROP[editor.connection.vendor]:
        editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("letters", "0004_desk_rooms")]

    operations = [migrations.RunPython(make, drop)]
