"""translations know since when; telephone numbers as E.164"""

import re
import unicodedata

from alembic import op
import phonenumbers
import sqlalchemy as sa


revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

#: Every town until now: a number without a country code was one of Germany.
COUNTRY = 'DE'


def upgrade() -> None:
    with op.batch_alter_table('translation', schema=None) as batch_op:
        batch_op.add_column(sa.Column('changed_at', sa.DateTime(timezone=True), nullable=True))
    op.execute('UPDATE translation SET changed_at = (SELECT changed_at FROM programme WHERE id = 1)')
    with op.batch_alter_table('translation', schema=None) as batch_op:
        batch_op.alter_column('changed_at', existing_type=sa.DateTime(timezone=True), nullable=False)
    for table in ('registration', 'feedback'):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column(
                'phone', existing_type=sa.String(length=40), type_=sa.String(length=100)
            )
        rewrite(table)


def rewrite(table: str) -> None:
    """Write down as E.164 what can be read without doubt, and leave the rest as it was typed."""
    rows = sa.table(table, sa.column('id', sa.Integer), sa.column('phone', sa.String))
    connection = op.get_bind()
    typed = connection.execute(sa.select(rows.c.id, rows.c.phone).where(rows.c.phone.is_not(None)))
    for id_, phone in typed.all():
        if (read := e164(phone)) and read != phone:
            connection.execute(rows.update().where(rows.c.id == id_).values(phone=read))


def e164(typed: str) -> str | None:
    digits = ''.join(
        str(unicodedata.decimal(c)) if c.isdecimal() else c
        for c in unicodedata.normalize('NFKC', typed).replace('(0)', '')
    )
    if not re.fullmatch(r'[+\d][\d\s()/.\u2013-]*', digits):
        return None
    try:
        number = phonenumbers.parse(digits, COUNTRY)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def downgrade() -> None:
    # Numbers stay: E.164 is a form in which they could be typed before as well.
    for table in ('registration', 'feedback'):
        op.execute(f'UPDATE {table} SET phone = substr(phone, 1, 40)')
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column(
                'phone', existing_type=sa.String(length=100), type_=sa.String(length=40)
            )
    op.execute("DELETE FROM translation WHERE text = ''")
    with op.batch_alter_table('translation', schema=None) as batch_op:
        batch_op.drop_column('changed_at')
