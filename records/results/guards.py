"""What the database itself refuses of results: a status without its step, a step without its event or out of order,
and changed or deleted steps, results and files. `records.guards` installs it."""

RECORD_TABLE = "records_record"
RESULT_TABLE, STEP_TABLE, FILE_TABLE = "records_result", "records_resultstep", "records_storedfile"
PROCEDURE_TABLE = "procedures_procedure"
ASKED = {"records_event", RESULT_TABLE, STEP_TABLE, PROCEDURE_TABLE}
ACROSS = ["guard_record_result", "guard_step_order", "guard_step_update", "guard_result_update"]  # these ask them
NEEDS_STEPS = "a result needs its electronic steps"
KEPT = "results, their steps and their files are never changed"
# A table → the columns that never change; what else it has is written once.
FIXED = {
    RESULT_TABLE: ["id", "record_id", "token", "made_at"],
    STEP_TABLE: [
        *("id", "result_id", "kind", "event_id", "file_id", "at", "actor_id", "signatory_id"),
        *("certificate", "fingerprint", "signer", "verdict"),
    ],
    FILE_TABLE: ["sha256", "size", "kind", "kept_at"],
}


def standing(kind: str) -> str:
    """Whether a step of this kind stands in a living result of the record that changes."""
    return f"""EXISTS (SELECT 1 FROM {STEP_TABLE} s JOIN {RESULT_TABLE} r ON r.id = s.result_id
        WHERE r.record_id = NEW.id AND r.withdrawn_at IS NULL AND s.undone_by_id IS NULL AND s.kind = '{kind}')"""  # noqa: S608


# A result that was signed, given out or withdrawn; not one whose signature was a mistake.
HAS_RESULT = f"""EXISTS (SELECT 1 FROM {RESULT_TABLE} r LEFT JOIN records_event e ON e.id = r.withdrawal_id
    WHERE r.record_id = NEW.id AND (e.id IS NULL OR e.kind = 'withdrawn'))"""  # noqa: S608
IS_ELECTRONIC = f"(SELECT p.electronic_process FROM {PROCEDURE_TABLE} p WHERE p.id = NEW.procedure_id)"  # noqa: S608
# A correction may lead back from 10 to 9: what came with 9 from elsewhere has no steps.
WITHOUT_STEPS = f"""(
    (NEW.status = 9 AND OLD.status NOT IN (9, 10) AND {IS_ELECTRONIC} AND NOT {standing("transfer")})
    OR (NEW.status = 10 AND OLD.status <> 10 AND {HAS_RESULT} AND NOT {standing("return")})
    OR (NEW.status = 10 AND OLD.status NOT IN (9, 10) AND {IS_ELECTRONIC} AND NOT {standing("return")})
)"""
BEFORE = (
    "CASE NEW.kind WHEN 'transfer' THEN 'sign' WHEN 'print' THEN 'transfer' WHEN 'stamp' THEN 'print' ELSE 'stamp' END"
)
IN_ORDER = f"""(NEW.undone_by_id IS NULL AND EXISTS (
    SELECT 1 FROM records_event e JOIN {RESULT_TABLE} r ON r.record_id = e.record_id
    WHERE e.id = NEW.event_id AND e.kind = 'step' AND r.id = NEW.result_id AND r.withdrawn_at IS NULL
) AND (NEW.kind = 'sign' OR EXISTS (
    SELECT 1 FROM {STEP_TABLE} b WHERE b.result_id = NEW.result_id AND b.undone_by_id IS NULL AND b.kind = {BEFORE}
)))"""  # noqa: S608
UNDONE_ONCE = f"""(OLD.undone_by_id IS NULL AND EXISTS (
    SELECT 1 FROM records_event e JOIN {RESULT_TABLE} r ON r.record_id = e.record_id
    WHERE e.id = NEW.undone_by_id AND e.kind = 'step_undone' AND r.id = NEW.result_id
))"""  # noqa: S608
WITHDRAWN_ONCE = """(OLD.withdrawn_at IS NULL AND NEW.withdrawn_at IS NOT NULL AND EXISTS (
    SELECT 1 FROM records_event e
    WHERE e.id = NEW.withdrawal_id AND e.record_id = NEW.record_id AND e.kind IN ('withdrawn', 'step_undone')
))"""
ERASED_ONCE = "(OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL)"
WRITTEN_ONCE = {RESULT_TABLE: WITHDRAWN_ONCE, STEP_TABLE: UNDONE_ONCE, FILE_TABLE: ERASED_ONCE}


def changed(table: str, differs: str) -> str:
    """When an update of a row of `table` is refused; `differs` compares two values of which either may be empty."""
    fixed = " OR ".join(f"NEW.{column} {differs} OLD.{column}" for column in FIXED[table])
    return f"{fixed} OR NOT {WRITTEN_ONCE[table]}"


def there(table: str, condition: str) -> str:
    """What SQLite's `INSERT OR REPLACE` would delete without asking the guards of deleting."""
    return f"EXISTS (SELECT 1 FROM {table} o WHERE {condition})"  # noqa: S608


THERE = {
    RESULT_TABLE: "o.id = NEW.id OR o.token = NEW.token"
    " OR (o.record_id = NEW.record_id AND o.withdrawn_at IS NULL AND NEW.withdrawn_at IS NULL)",
    STEP_TABLE: "o.id = NEW.id OR o.event_id = NEW.event_id"
    " OR (o.result_id = NEW.result_id AND o.kind = NEW.kind AND o.undone_by_id IS NULL)",
    FILE_TABLE: "o.sha256 = NEW.sha256",
}
# When a deletion is refused: a draft that another one replaced may go.
DELETED = {RESULT_TABLE: "true", STEP_TABLE: "true", FILE_TABLE: "OLD.kind <> 'draft'"}
NAMES = {RESULT_TABLE: "guard_result", STEP_TABLE: "guard_step", FILE_TABLE: "guard_file"}

# As in `records.guards`: name → (table, when, message, condition).
SQLITE_GUARDS = {
    "guard_record_result": (RECORD_TABLE, "BEFORE UPDATE OF status", NEEDS_STEPS, f"WHEN {WITHOUT_STEPS}"),
    "guard_step_order": (STEP_TABLE, "BEFORE INSERT", NEEDS_STEPS, f"WHEN NOT {IN_ORDER}"),
}
for _table, _name in NAMES.items():
    SQLITE_GUARDS[f"{_name}_insert"] = (_table, "BEFORE INSERT", KEPT, f"WHEN {there(_table, THERE[_table])}")
    SQLITE_GUARDS[f"{_name}_update"] = (_table, "BEFORE UPDATE", KEPT, f"WHEN {changed(_table, 'IS NOT')}")
    SQLITE_GUARDS[f"{_name}_delete"] = (_table, "BEFORE DELETE", KEPT, f"WHEN {DELETED[_table]}")


def function(name: str, condition: str, message: str) -> str:
    """A function for a trigger of PostgreSQL, whose WHEN asks no other table."""
    return f"""
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF {condition} THEN
        RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
"""


POSTGRESQL_FUNCTIONS = "".join(
    [
        function("guard_record_result", WITHOUT_STEPS, NEEDS_STEPS),
        function("guard_step_order", f"NOT {IN_ORDER}", NEEDS_STEPS),
        *(function(f"{name}_update", changed(table, "IS DISTINCT FROM"), KEPT) for table, name in NAMES.items()),
    ]
)
# name → (table, when, what is executed)
POSTGRESQL_GUARDS = {
    "guard_record_result": (
        RECORD_TABLE,
        "BEFORE UPDATE OF status",
        "ROW WHEN (NEW.status <> OLD.status AND NEW.status IN (9, 10)) EXECUTE FUNCTION guard_record_result()",
    ),
    "guard_step_order": (STEP_TABLE, "BEFORE INSERT", "ROW EXECUTE FUNCTION guard_step_order()"),
}
for _table, _name in NAMES.items():
    POSTGRESQL_GUARDS[f"{_name}_update"] = (_table, "BEFORE UPDATE", f"ROW EXECUTE FUNCTION {_name}_update()")
    POSTGRESQL_GUARDS[f"{_name}_delete"] = (
        _table,
        "BEFORE DELETE",
        f"ROW WHEN ({DELETED[_table]}) EXECUTE FUNCTION guard_refuse('{KEPT}')",
    )
    POSTGRESQL_GUARDS[f"{_name}_truncate"] = (
        _table,
        "BEFORE TRUNCATE",
        f"STATEMENT EXECUTE FUNCTION guard_refuse('{KEPT}')",
    )
