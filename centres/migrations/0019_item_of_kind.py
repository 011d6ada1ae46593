from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("centres", "0018_disclosure_checker")]

    operations = [
        migrations.AddField(
            model_name="regulationkind",
            name="item_key",
            field=models.SlugField(
                blank=True,
                default="",
                help_text="填标准条目的代码，如 have-rules：这类制度现行有效，那一条就不用再传依据。不填就不算。",
                max_length=40,
                verbose_name="也是哪一条的依据",
            ),
            preserve_default=False,
        ),
    ]
