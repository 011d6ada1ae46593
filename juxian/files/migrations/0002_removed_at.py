from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("files", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="storedfile",
            name="removed_at",
            field=models.DateTimeField("内容删除时间", blank=True, editable=False, null=True),
        ),
    ]
