from django.db import migrations

ITEMS = {"teaching": "have-rules", "pool": "have-rules", "year-plan": "have-plan"}


def name_items(apps, schema_editor):
    """The kinds the portal came with name the items they show to be met."""
    for key, item in ITEMS.items():
        apps.get_model("centres", "RegulationKind").objects.filter(key=key).update(item_key=item)


class Migration(migrations.Migration):
    dependencies = [("centres", "0019_item_of_kind")]

    operations = [migrations.RunPython(name_items, migrations.RunPython.noop)]
