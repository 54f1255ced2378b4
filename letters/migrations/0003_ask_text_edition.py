import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('letters', '0002_desk'),
    ]

    operations = [
        migrations.AlterField(
            model_name='asktext',
            name='edition',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='ask_texts', to='letters.edition'),
        ),
    ]
