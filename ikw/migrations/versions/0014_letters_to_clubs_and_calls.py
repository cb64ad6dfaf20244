"""letters to clubs, and calls that reached nobody"""

import sqlalchemy as sa
from alembic import op


revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

THREE = (
    'CASE WHEN registration_id IS NULL THEN 0 ELSE 1 END'
    ' + CASE WHEN feedback_id IS NULL THEN 0 ELSE 1 END'
    ' + CASE WHEN organiser_id IS NULL THEN 0 ELSE 1 END'
)
ABOUT = 'ck_letter_is_about_one_thing'


def upgrade() -> None:
    with op.batch_alter_table('letter', schema=None) as batch_op:
        batch_op.add_column(sa.Column('organisation_id', sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column('tried_calling_at', sa.DateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(sa.Column('call_note', sa.String(length=300), nullable=True))
        batch_op.create_index(
            batch_op.f('ix_letter_organisation_id'), ['organisation_id'], unique=False
        )
        batch_op.create_foreign_key(
            batch_op.f('fk_letter_organisation_id_organisation'),
            'organisation',
            ['organisation_id'],
            ['id'],
            ondelete='CASCADE',
        )
        batch_op.drop_constraint(batch_op.f(ABOUT), type_='check')
        batch_op.create_check_constraint(
            'is_about_one_thing',
            f'{THREE} + CASE WHEN organisation_id IS NULL THEN 0 ELSE 1 END = 1',
        )


def downgrade() -> None:
    op.execute('DELETE FROM letter WHERE organisation_id IS NOT NULL')
    with op.batch_alter_table('letter', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f(ABOUT), type_='check')
        batch_op.create_check_constraint('is_about_one_thing', f'{THREE} = 1')
        batch_op.drop_constraint(
            batch_op.f('fk_letter_organisation_id_organisation'), type_='foreignkey'
        )
        batch_op.drop_index(batch_op.f('ix_letter_organisation_id'))
        batch_op.drop_column('call_note')
        batch_op.drop_column('tried_calling_at')
        batch_op.drop_column('organisation_id')
