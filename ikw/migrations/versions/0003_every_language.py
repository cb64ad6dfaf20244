"""every language and feedback"""

from alembic import op
import sqlalchemy as sa


revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('feedback',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('about', sa.String(length=20), nullable=False),
    sa.Column('page', sa.String(length=300), nullable=True),
    sa.Column('message', sa.Text(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=True),
    sa.Column('email', sa.String(length=254), nullable=True),
    sa.Column('phone', sa.String(length=40), nullable=True),
    sa.Column('language', sa.String(length=10), nullable=False),
    sa.Column('made_by', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('latest_on', sa.Date(), nullable=False),
    sa.Column('interim_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answer', sa.Text(), nullable=True),
    sa.Column('forget_on', sa.Date(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feedback')),
    sa.UniqueConstraint('made_by', name=op.f('uq_feedback_made_by'))
    )
    with op.batch_alter_table('feedback', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_feedback_due_on'), ['due_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_feedback_forget_on'), ['forget_on'], unique=False)

    op.create_table('translation',
    sa.Column('language', sa.String(length=10), nullable=False),
    sa.Column('source_hash', sa.String(length=64), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('language', 'source_hash', name=op.f('pk_translation'))
    )
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.add_column(sa.Column('easy_text', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('easy_checked_by', sa.String(length=200), nullable=True))

    with op.batch_alter_table('letter', schema=None) as batch_op:
        batch_op.add_column(sa.Column('feedback_id', sa.Integer(), nullable=True))
        batch_op.alter_column('registration_id',
               existing_type=sa.INTEGER(),
               nullable=True)
        batch_op.create_index(batch_op.f('ix_letter_feedback_id'), ['feedback_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_letter_feedback_id_feedback'), 'feedback', ['feedback_id'], ['id'], ondelete='CASCADE')
        batch_op.create_check_constraint('is_about_one_thing', '(registration_id IS NULL) <> (feedback_id IS NULL)')

    with op.batch_alter_table('programme', schema=None) as batch_op:
        batch_op.add_column(sa.Column('wording', sa.Integer(), nullable=False, server_default='0'))
    with op.batch_alter_table('programme', schema=None) as batch_op:
        batch_op.alter_column('wording', server_default=None)

    with op.batch_alter_table('series', schema=None) as batch_op:
        batch_op.add_column(sa.Column('easy_text', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('easy_checked_by', sa.String(length=200), nullable=True))



def downgrade() -> None:
    op.execute('DELETE FROM letter WHERE registration_id IS NULL')
    with op.batch_alter_table('series', schema=None) as batch_op:
        batch_op.drop_column('easy_checked_by')
        batch_op.drop_column('easy_text')

    with op.batch_alter_table('programme', schema=None) as batch_op:
        batch_op.drop_column('wording')

    with op.batch_alter_table('letter', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_letter_is_about_one_thing'), type_='check')
        batch_op.drop_constraint(batch_op.f('fk_letter_feedback_id_feedback'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_letter_feedback_id'))
        batch_op.alter_column('registration_id',
               existing_type=sa.INTEGER(),
               nullable=False)
        batch_op.drop_column('feedback_id')

    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.drop_column('easy_checked_by')
        batch_op.drop_column('easy_text')

    op.drop_table('translation')
    with op.batch_alter_table('feedback', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_feedback_forget_on'))
        batch_op.drop_index(batch_op.f('ix_feedback_due_on'))

    op.drop_table('feedback')
