from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0003_bulk_versions_and_recomputations")]

    operations = [
        migrations.RunSQL("DELETE FROM records_lookupfailure", migrations.RunSQL.noop),  # of a quarter of an hour
        migrations.AddField(
            model_name="lookupfailure",
            name="kind",
            field=models.CharField(
                choices=[("address", "address"), ("code", "code"), ("alarm", "alarm")], default="code", max_length=8
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="lookupfailure", name="window", field=models.DateTimeField(verbose_name="from")
        ),
        migrations.AlterField(
            model_name="lookupfailure",
            name="count",
            field=models.PositiveIntegerField(default=0, verbose_name="record codes that failed"),
        ),
    ]
