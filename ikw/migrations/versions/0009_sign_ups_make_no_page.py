"""sign-ups make no page anew"""

import sqlalchemy as sa
from alembic import op


revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.add_column(
            sa.Column('places_revision', sa.Integer(), nullable=False, server_default='0')
        )
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.alter_column('places_revision', server_default=None)
        batch_op.create_index(
            'ix_event_places_revision',
            ['places_revision'],
            unique=False,
            sqlite_where=sa.text('places_revision > 0'),
            postgresql_where=sa.text('places_revision > 0'),
        )


def downgrade() -> None:
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.drop_index('ix_event_places_revision')
        batch_op.drop_column('places_revision')
