import json
from pathlib import Path

from django.db import migrations

SHIPPED = Path(__file__).resolve().parent.parent / "fixtures" / "days.json"


def load_days(apps, schema_editor):
    """The shipped days off and worked; what is there already stays as it is."""
    DayException = apps.get_model("records", "DayException")
    rows = [DayException(**row["fields"]) for row in json.loads(SHIPPED.read_text(encoding="utf-8"))]
    DayException.objects.using(schema_editor.connection.alias).bulk_create(rows, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial")]
    operations = [migrations.RunPython(load_days, migrations.RunPython.noop)]
