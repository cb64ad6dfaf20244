"""series are published; mailings and tasks of a series; whom to ask about an event"""

from datetime import datetime, timezone

from alembic import op
import sqlalchemy as sa


revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

#: What a mailing or a task belongs to: an event, or a whole series.
ONE_OF_BOTH = '(event_id IS NULL) <> (series_id IS NULL)'


def upgrade() -> None:
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.add_column(sa.Column('contact', sa.String(length=200), nullable=True))
    with op.batch_alter_table('series', schema=None) as batch_op:
        batch_op.add_column(sa.Column('published_at', sa.DateTime(timezone=True), nullable=True))
    # What everyone could see stays to be seen: since its first event, or since now.
    event = sa.table('event', sa.column('series_id'), sa.column('published_at', sa.DateTime(timezone=True)))
    series = sa.table('series', sa.column('id'), sa.column('published_at', sa.DateTime(timezone=True)))
    first = (
        sa.select(sa.func.min(event.c.published_at))
        .where(event.c.series_id == series.c.id)
        .scalar_subquery()
    )
    now = datetime.now(timezone.utc)
    if op.get_bind().dialect.name == 'sqlite':
        now = now.replace(tzinfo=None)
    op.execute(series.update().values(published_at=sa.func.coalesce(first, now)))
    for table in ('mailing', 'task'):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column('event_id', existing_type=sa.INTEGER(), nullable=True)
            batch_op.add_column(sa.Column('series_id', sa.Integer(), nullable=True))
            batch_op.create_index(batch_op.f(f'ix_{table}_series_id'), ['series_id'], unique=False)
            batch_op.create_foreign_key(
                batch_op.f(f'fk_{table}_series_id_series'),
                'series', ['series_id'], ['id'], ondelete='CASCADE',
            )
            batch_op.create_check_constraint('of_event_or_series', ONE_OF_BOTH)


def downgrade() -> None:
    for table in ('mailing', 'task'):
        op.execute(f'DELETE FROM {table} WHERE event_id IS NULL')
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_constraint(batch_op.f(f'ck_{table}_of_event_or_series'), type_='check')
            batch_op.drop_constraint(
                batch_op.f(f'fk_{table}_series_id_series'), type_='foreignkey'
            )
            batch_op.drop_index(batch_op.f(f'ix_{table}_series_id'))
            batch_op.drop_column('series_id')
            batch_op.alter_column('event_id', existing_type=sa.INTEGER(), nullable=False)
    with op.batch_alter_table('series', schema=None) as batch_op:
        batch_op.drop_column('published_at')
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.drop_column('contact')
