"""calls for each kind of contribution"""

import sqlalchemy as sa
from alembic import op


revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

#: What belongs to the picnic; events belong to the week.
OF_PICNIC = ('stall', 'act', 'dish', 'help')


def upgrade() -> None:
    op.create_table(
        'call',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('key', sa.String(length=80), nullable=False),
        sa.Column('series_id', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(length=20), nullable=False),
        sa.Column('event_id', sa.Integer(), nullable=True),
        sa.Column('opens', sa.Date(), nullable=True),
        sa.Column('closes', sa.Date(), nullable=True),
        sa.Column('text', sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ['event_id'], ['event.id'], name=op.f('fk_call_event_id_event'), ondelete='SET NULL'
        ),
        sa.ForeignKeyConstraint(
            ['series_id'],
            ['series.id'],
            name=op.f('fk_call_series_id_series'),
            ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_call')),
        sa.UniqueConstraint('key', name=op.f('uq_call_key')),
        sa.UniqueConstraint('series_id', 'kind', name=op.f('uq_call_series_id')),
    )
    with op.batch_alter_table('call', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_call_series_id'), ['series_id'], unique=False)
    _open_what_was_open()
    with op.batch_alter_table('series', schema=None) as batch_op:
        batch_op.drop_column('call_closes')


def _open_what_was_open() -> None:
    """Let a series' one deadline be that of each kind; without a picnic there is no stall."""
    connection = op.get_bind()
    add = sa.text(
        'INSERT INTO call (key, series_id, kind, event_id, closes)'
        ' VALUES (:key, :series, :kind, :event, :closes)'
    )
    asking = connection.execute(
        sa.text('SELECT id, key, call_closes FROM series WHERE call_closes IS NOT NULL')
    )
    for series, key, closes in asking.all():
        picnic = connection.execute(
            sa.text(
                "SELECT id FROM event WHERE series_id = :series AND kind = 'picnic'"
                ' AND deleted_at IS NULL ORDER BY date LIMIT 1'
            ),
            {'series': series},
        ).scalar()
        rows = [('event', None)]
        if picnic is not None:
            rows += [(kind, picnic) for kind in OF_PICNIC]
        for kind, event in rows:
            values = {'series': series, 'kind': kind, 'event': event, 'closes': closes}
            connection.execute(add, values | {'key': f'{key[:70]}-{kind}'})


def downgrade() -> None:
    with op.batch_alter_table('series', schema=None) as batch_op:
        batch_op.add_column(sa.Column('call_closes', sa.Date(), nullable=True))
    op.execute(
        'UPDATE series SET call_closes ='
        ' (SELECT max(closes) FROM call WHERE call.series_id = series.id)'
    )
    op.drop_table('call')
