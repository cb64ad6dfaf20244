"""nothing left behind"""

from alembic import op
import sqlalchemy as sa


revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('heartbeat',
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_heartbeat'))
    )
    with op.batch_alter_table('letter', schema=None) as batch_op:
        batch_op.add_column(sa.Column('mailbox', sa.String(length=254), nullable=True))
        batch_op.create_index('ix_letter_mailbox', ['mailbox', 'created_at'])
    with op.batch_alter_table('registration', schema=None) as batch_op:
        batch_op.add_column(sa.Column('unreachable_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('network', sa.String(length=32), nullable=True))
    with op.batch_alter_table('sign_in_link', schema=None) as batch_op:
        batch_op.add_column(
            sa.Column('is_mailed', sa.Boolean(), server_default=sa.false(), nullable=False)
        )
    if op.get_bind().dialect.name == 'postgresql':
        # Counts that may be lost: what a crash forgets is counted anew (ikw.counts).
        op.execute(
            'CREATE UNLOGGED TABLE rate_limit'
            ' (key text PRIMARY KEY, count integer NOT NULL, expires_at double precision NOT NULL)'
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('DROP TABLE rate_limit')
    with op.batch_alter_table('sign_in_link', schema=None) as batch_op:
        batch_op.drop_column('is_mailed')
    with op.batch_alter_table('registration', schema=None) as batch_op:
        batch_op.drop_column('network')
        batch_op.drop_column('unreachable_at')
    with op.batch_alter_table('letter', schema=None) as batch_op:
        batch_op.drop_index('ix_letter_mailbox')
        batch_op.drop_column('mailbox')
    op.drop_table('heartbeat')
