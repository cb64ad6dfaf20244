"""a list can be undone"""

import sqlalchemy as sa
from alembic import op


revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'import',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('series_id', sa.Integer(), nullable=False),
        sa.Column('organiser_id', sa.Integer(), nullable=True),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('made', sa.JSON(), nullable=False),
        sa.Column('changed', sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ['organiser_id'],
            ['organiser.id'],
            name=op.f('fk_import_organiser_id_organiser'),
            ondelete='SET NULL',
        ),
        sa.ForeignKeyConstraint(
            ['series_id'],
            ['series.id'],
            name=op.f('fk_import_series_id_series'),
            ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_import')),
    )
    with op.batch_alter_table('import', schema=None) as batch_op:
        for name in ('at', 'organiser_id', 'series_id'):
            batch_op.create_index(batch_op.f(f'ix_import_{name}'), [name], unique=False)
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.add_column(sa.Column('origin', sa.String(length=64), nullable=True))
        batch_op.create_unique_constraint('uq_event_series_id', ['series_id', 'origin'])
    for table, column in (('series', 'list_choice'), ('upload', 'choice')):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column(column, sa.JSON(), nullable=False, server_default='{}'))
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column(column, server_default=None)


def downgrade() -> None:
    for table, column in (('upload', 'choice'), ('series', 'list_choice')):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column(column)
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.drop_constraint('uq_event_series_id', type_='unique')
        batch_op.drop_column('origin')
    op.drop_table('import')
