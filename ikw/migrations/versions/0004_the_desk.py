"""the desk"""

from alembic import op
import sqlalchemy as sa


revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

ONE_THING = (
    'CASE WHEN registration_id IS NULL THEN 0 ELSE 1 END'
    ' + CASE WHEN feedback_id IS NULL THEN 0 ELSE 1 END'
    ' + CASE WHEN organiser_id IS NULL THEN 0 ELSE 1 END = 1'
)


def upgrade() -> None:
    op.create_table('organiser',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('role', sa.String(length=20), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=True),
    sa.Column('language', sa.String(length=10), nullable=False),
    sa.Column('handle', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('disabled_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(role = 'club') = (organisation_id IS NOT NULL)", name=op.f('ck_organiser_club_has_one')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_organiser_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_organiser')),
    sa.UniqueConstraint('email', name=op.f('uq_organiser_email')),
    sa.UniqueConstraint('handle', name=op.f('uq_organiser_handle'))
    )
    op.create_table('source',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('series_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('cents', sa.Integer(), nullable=False),
    sa.Column('released_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['series_id'], ['series.id'], name=op.f('fk_source_series_id_series'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_source'))
    )
    with op.batch_alter_table('source', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_source_series_id'), ['series_id'], unique=False)

    op.create_table('cost',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('source_id', sa.Integer(), nullable=True),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('planned_cents', sa.Integer(), nullable=False),
    sa.Column('granted_cents', sa.Integer(), nullable=False),
    sa.Column('spent_cents', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_cost_event_id_event'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['source_id'], ['source.id'], name=op.f('fk_cost_source_id_source'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cost'))
    )
    with op.batch_alter_table('cost', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_cost_event_id'), ['event_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_cost_source_id'), ['source_id'], unique=False)

    op.create_table('desk_session',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('organiser_id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('browser', sa.String(length=200), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['organiser_id'], ['organiser.id'], name=op.f('fk_desk_session_organiser_id_organiser'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_desk_session')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_desk_session_token_hash'))
    )
    with op.batch_alter_table('desk_session', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_desk_session_organiser_id'), ['organiser_id'], unique=False)

    op.create_table('door_act',
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('registration_id', sa.Integer(), nullable=True),
    sa.Column('what', sa.String(length=10), nullable=False),
    sa.Column('arrived', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_door_act_event_id_event'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['registration_id'], ['registration.id'], name=op.f('fk_door_act_registration_id_registration'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_door_act'))
    )
    with op.batch_alter_table('door_act', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_door_act_event_id'), ['event_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_door_act_registration_id'), ['registration_id'], unique=False)

    op.create_table('door_duty',
    sa.Column('organiser_id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_door_duty_event_id_event'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organiser_id'], ['organiser.id'], name=op.f('fk_door_duty_organiser_id_organiser'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('organiser_id', 'event_id', 'day', name=op.f('pk_door_duty'))
    )
    with op.batch_alter_table('door_duty', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_door_duty_event_id'), ['event_id'], unique=False)

    op.create_table('mailing',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('organiser_id', sa.Integer(), nullable=True),
    sa.Column('recipients', sa.String(length=20), nullable=False),
    sa.Column('texts', sa.JSON(), nullable=False),
    sa.Column('reply_to', sa.String(length=254), nullable=True),
    sa.Column('made_by', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_mailing_event_id_event'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organiser_id'], ['organiser.id'], name=op.f('fk_mailing_organiser_id_organiser'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mailing')),
    sa.UniqueConstraint('made_by', name=op.f('uq_mailing_made_by'))
    )
    with op.batch_alter_table('mailing', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mailing_event_id'), ['event_id'], unique=False)

    op.create_table('passkey',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('organiser_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('credential_id', sa.String(length=1400), nullable=False),
    sa.Column('public_key', sa.LargeBinary(), nullable=False),
    sa.Column('sign_count', sa.Integer(), nullable=False),
    sa.Column('multi_device', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['organiser_id'], ['organiser.id'], name=op.f('fk_passkey_organiser_id_organiser'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_passkey')),
    sa.UniqueConstraint('credential_id', name=op.f('uq_passkey_credential_id'))
    )
    with op.batch_alter_table('passkey', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_passkey_organiser_id'), ['organiser_id'], unique=False)

    op.create_table('picture',
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=16), nullable=False),
    sa.Column('alt', sa.String(length=300), nullable=False),
    sa.Column('credit', sa.String(length=200), nullable=True),
    sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_picture_event_id_event'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('event_id', name=op.f('pk_picture'))
    )
    op.create_table('sign_in_link',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('organiser_id', sa.Integer(), nullable=False),
    sa.Column('link_hash', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['organiser_id'], ['organiser.id'], name=op.f('fk_sign_in_link_organiser_id_organiser'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_link')),
    sa.UniqueConstraint('link_hash', name=op.f('uq_sign_in_link_link_hash'))
    )
    with op.batch_alter_table('sign_in_link', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sign_in_link_organiser_id'), ['organiser_id'], unique=False)

    op.create_table('task',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_task_event_id_event'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['owner_id'], ['organiser.id'], name=op.f('fk_task_owner_id_organiser'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_task'))
    )
    with op.batch_alter_table('task', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_task_due_on'), ['due_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_task_event_id'), ['event_id'], unique=False)

    op.create_table('upload',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('organiser_id', sa.Integer(), nullable=False),
    sa.Column('series_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['organiser_id'], ['organiser.id'], name=op.f('fk_upload_organiser_id_organiser'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['series_id'], ['series.id'], name=op.f('fk_upload_series_id_series'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_upload'))
    )
    with op.batch_alter_table('upload', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_upload_organiser_id'), ['organiser_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_upload_series_id'), ['series_id'], unique=False)

    op.create_table('challenge',
    sa.Column('value', sa.String(length=100), nullable=False),
    sa.Column('session_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['session_id'], ['desk_session.id'], name=op.f('fk_challenge_session_id_desk_session'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('value', name=op.f('pk_challenge'))
    )
    with op.batch_alter_table('challenge', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_challenge_session_id'), ['session_id'], unique=False)

    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.add_column(sa.Column('arrived_counted', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('counted', sa.JSON(), nullable=False, server_default='{}'))
        batch_op.add_column(sa.Column('walked_in', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table('letter', schema=None) as batch_op:
        batch_op.add_column(sa.Column('organiser_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('mailing_id', sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f('ix_letter_mailing_id'), ['mailing_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_letter_organiser_id'), ['organiser_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_letter_organiser_id_organiser'), 'organiser', ['organiser_id'], ['id'], ondelete='CASCADE')
        batch_op.create_foreign_key(batch_op.f('fk_letter_mailing_id_mailing'), 'mailing', ['mailing_id'], ['id'], ondelete='CASCADE')
        batch_op.drop_constraint(batch_op.f('ck_letter_is_about_one_thing'), type_='check')
        batch_op.create_check_constraint('is_about_one_thing', ONE_THING)

    with op.batch_alter_table('organisation', schema=None) as batch_op:
        batch_op.add_column(sa.Column('email', sa.String(length=254), nullable=True))

    with op.batch_alter_table('registration', schema=None) as batch_op:
        batch_op.add_column(sa.Column('needed', sa.JSON(), nullable=False, server_default='[]'))
        batch_op.add_column(sa.Column('checked_in_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('arrived', sa.Integer(), nullable=False, server_default='0'))

    with op.batch_alter_table('venue', schema=None) as batch_op:
        batch_op.add_column(sa.Column('capacity', sa.Integer(), nullable=True))
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.alter_column('walked_in', server_default=None)
        batch_op.alter_column('counted', server_default=None)
    with op.batch_alter_table('registration', schema=None) as batch_op:
        batch_op.alter_column('needed', server_default=None)
        batch_op.alter_column('arrived', server_default=None)



def downgrade() -> None:
    op.execute('DELETE FROM letter WHERE registration_id IS NULL AND feedback_id IS NULL')
    op.execute('DELETE FROM letter WHERE mailing_id IS NOT NULL')
    with op.batch_alter_table('venue', schema=None) as batch_op:
        batch_op.drop_column('capacity')

    with op.batch_alter_table('registration', schema=None) as batch_op:
        batch_op.drop_column('arrived')
        batch_op.drop_column('checked_in_at')
        batch_op.drop_column('needed')

    with op.batch_alter_table('organisation', schema=None) as batch_op:
        batch_op.drop_column('email')

    with op.batch_alter_table('letter', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_letter_is_about_one_thing'), type_='check')
        batch_op.create_check_constraint('is_about_one_thing', '(registration_id IS NULL) <> (feedback_id IS NULL)')
        batch_op.drop_constraint(batch_op.f('fk_letter_mailing_id_mailing'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_letter_organiser_id_organiser'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_letter_organiser_id'))
        batch_op.drop_index(batch_op.f('ix_letter_mailing_id'))
        batch_op.drop_column('mailing_id')
        batch_op.drop_column('organiser_id')

    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.drop_column('deleted_at')
        batch_op.drop_column('submitted_at')
        batch_op.drop_column('walked_in')
        batch_op.drop_column('counted')
        batch_op.drop_column('arrived_counted')

    with op.batch_alter_table('challenge', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_challenge_session_id'))

    op.drop_table('challenge')
    with op.batch_alter_table('upload', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_upload_series_id'))
        batch_op.drop_index(batch_op.f('ix_upload_organiser_id'))

    op.drop_table('upload')
    with op.batch_alter_table('task', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_task_event_id'))
        batch_op.drop_index(batch_op.f('ix_task_due_on'))

    op.drop_table('task')
    with op.batch_alter_table('sign_in_link', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sign_in_link_organiser_id'))

    op.drop_table('sign_in_link')
    op.drop_table('picture')
    with op.batch_alter_table('passkey', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_passkey_organiser_id'))

    op.drop_table('passkey')
    with op.batch_alter_table('mailing', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_mailing_event_id'))

    op.drop_table('mailing')
    with op.batch_alter_table('door_duty', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_door_duty_event_id'))

    op.drop_table('door_duty')
    with op.batch_alter_table('door_act', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_door_act_event_id'))

    op.drop_table('door_act')
    with op.batch_alter_table('desk_session', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_desk_session_organiser_id'))

    op.drop_table('desk_session')
    with op.batch_alter_table('cost', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_cost_source_id'))
        batch_op.drop_index(batch_op.f('ix_cost_event_id'))

    op.drop_table('cost')
    with op.batch_alter_table('source', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_source_series_id'))

    op.drop_table('source')
    op.drop_table('organiser')
