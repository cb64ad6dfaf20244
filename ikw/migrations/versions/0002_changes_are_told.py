"""changes are told"""

from alembic import op
import sqlalchemy as sa


revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('programme', schema=None) as batch_op:
        batch_op.add_column(sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False, server_default='2023-01-01 00:00:00'))
    with op.batch_alter_table('programme', schema=None) as batch_op:
        batch_op.alter_column('changed_at', server_default=None)

    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.alter_column('called_off_reason', new_column_name='reason')
        batch_op.add_column(sa.Column('postponed_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('reminded_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('loaded', sa.JSON(), nullable=False, server_default='{}'))
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.alter_column('loaded', server_default=None)

    op.create_table('personal_calendar',
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('link_hash', sa.String(length=64), nullable=False),
    sa.Column('link_seed', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('email', name=op.f('pk_personal_calendar')),
    sa.UniqueConstraint('link_hash', name=op.f('uq_personal_calendar_link_hash'))
    )
    op.execute('UPDATE registration SET email = lower(email)')

    with op.batch_alter_table('letter', schema=None) as batch_op:
        batch_op.alter_column('to', existing_type=sa.String(length=254), nullable=True)
        batch_op.add_column(sa.Column('sequence', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('reached_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f('ix_letter_to'), ['to'], unique=False)


def downgrade() -> None:
    # Who had to be called has no place in the old table, and what was taken back must not be sent.
    op.execute('DELETE FROM letter WHERE "to" IS NULL')
    op.execute('DELETE FROM letter WHERE withdrawn_at IS NOT NULL AND sent_at IS NULL')
    with op.batch_alter_table('letter', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_letter_to'))
        batch_op.drop_column('withdrawn_at')
        batch_op.drop_column('reached_at')
        batch_op.drop_column('sequence')
    with op.batch_alter_table('letter', schema=None) as batch_op:
        batch_op.alter_column('to', existing_type=sa.String(length=254), nullable=False)

    op.drop_table('personal_calendar')

    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.drop_column('loaded')
        batch_op.drop_column('reminded_at')
        batch_op.drop_column('postponed_at')
        batch_op.alter_column('reason', new_column_name='called_off_reason')

    with op.batch_alter_table('programme', schema=None) as batch_op:
        batch_op.drop_column('changed_at')
